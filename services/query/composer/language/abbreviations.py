"""Short forms that names are made of: `total_amt` is a total amount."""

_SHORT = {
    "amt": "amount", "qty": "quantity", "cnt": "count", "pct": "percent", "avg": "average", "tot": "total",
    "addr": "address", "tel": "telephone", "desc": "description", "cat": "category", "lang": "language",
    "cust": "customer", "emp": "employee", "prod": "product", "acct": "account", "bal": "balance", "inv": "invoice",
    "temp": "temperature", "dist": "distance", "dur": "duration", "qual": "quality", "pop": "population",
    "pwd": "password", "img": "image", "msg": "message", "mgr": "manager", "stat": "status", "sts": "status",
}  # fmt: skip


def written_out(name: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a name, each in full."""
    return tuple(_SHORT.get(word, word) for word in name)
