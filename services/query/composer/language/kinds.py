"""Words that compare, with the kind of column that they look at by themselves: the weight, for `heaviest`."""

_LENGTHS = ("duration", "length", "distance", "runtime", "minute", "millisecond", "时长", "长度")
_PRICES = ("price", "cost", "fee", "rate", "amount", "价", "费", "金额")
_SPEEDS = ("speed", "速度")
KINDS: dict[str, tuple[str, ...]] = {
    "longest": _LENGTHS, "shortest": (*_LENGTHS, "height"), "longer": _LENGTHS, "shorter": (*_LENGTHS, "height"),
    "farthest": ("distance",), "nearest": ("distance",), "newest": ("date", "year"), "latest": ("date", "year"),
    "most recent": ("date", "year"), "earliest": ("date", "year"), "oldest": ("age",), "older": ("age",),
    "younger": ("age",), "heaviest": ("weight",),
    "lightest": ("weight",), "heavier": ("weight",), "lighter": ("weight",),
    "youngest": ("age",), "最年轻": ("age",), "年龄最小": ("age",), "最年长": ("age",), "年龄最大": ("age",),
    "tallest": ("height",), "taller": ("height",), "most expensive": _PRICES, "cheapest": _PRICES, "cheaper": _PRICES,
    "least expensive": _PRICES, "more expensive": _PRICES, "less expensive": _PRICES, "fastest": _SPEEDS,
    "slowest": _SPEEDS, "faster": _SPEEDS, "slower": _SPEEDS, "最长": _LENGTHS, "最短": _LENGTHS, "最贵": _PRICES,
    "最便宜": _PRICES, "贵": _PRICES, "便宜": _PRICES, "最远": ("distance", "距离"), "最近": ("distance", "距离"),
    "最重": ("weight", "重量", "体重"), "最轻": ("weight", "重量", "体重"), "最快": _SPEEDS, "最慢": _SPEEDS,
    "最晚": ("date", "日期"), "最早": ("date", "日期"), "最新": ("date", "日期"),
}  # fmt: skip
"""Superlatives and comparatives that say by themselves what kind of column they look at."""
AMOUNTS = frozenset({"highest", "largest", "biggest", "lowest", "smallest", "最高", "最大", "最低", "最小"})
"""Superlatives that look at the amount of a thing by themselves, where it has one."""
