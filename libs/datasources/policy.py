"""Row policies of a dataset: which hold for whom, and whether a condition can be one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256

from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.datasources.gate import admit, parse_expression
from libs.datasources.gate_rows import is_of_one_row
from libs.events.catalog import Role, RowPolicy

Filters = Mapping[str, Sequence[str]]
"""Table -> conditions that must all hold for each of its rows, as SQL."""


class NoFilter(Exception):
    """An expression does not say of one row whether it is shown."""


def filters_of(policies: Iterable[RowPolicy], role: Role | None) -> Filters:
    """What holds for `role`; for somebody of unknown role, and where nobody asks, every policy holds."""
    found: dict[str, tuple[str, ...]] = {}
    for policy in policies:
        if role is None or policy.role in (role, "any"):
            found[policy.table] = (*found.get(policy.table, ()), policy.filter)
    return found


def digest(filters: Filters) -> str:
    """The same for the same filters; empty without any."""
    return sha256(repr(sorted(filters.items())).encode()).hexdigest() if filters else ""


def unknown_columns(condition: str, dialect: Dialect, table: str, columns: Collection[str]) -> list[str]:
    """The columns of a condition that `table` does not have.

    Raises `RefusedByGate` for what would not run, and `NoFilter` for what asks more than one row of the table.
    """
    tree = parse_expression(condition, dialect)
    if isinstance(tree, exp.Query) or not is_of_one_row(tree):
        raise NoFilter
    rows = exp.select("*").from_(exp.to_identifier(table, quoted=True))
    admit(rows.sql(dialect), dialect, filters={table: (condition,)})
    known = {name.lower() for name in columns}
    named = tree.find_all(exp.Column)
    return [
        column.sql(dialect)
        for column in named
        if column.name.lower() not in known or column.table.lower() not in ("", table.lower())
    ]
