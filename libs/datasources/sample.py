"""Looks at rows: the distinct values of a column, and how many values of one column another has."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import MetaData, Select, String, Table, cast, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.datasources.allowance import Allowance
from libs.datasources.kinds import kind_of

MaySample: TypeAlias = Callable[[str, str], bool]
"""Whether the values of a column, named by its table and itself, may be looked at."""

VALUES_LIMIT, VALUE_CHARACTERS = 50, 60
"""A column of more distinct values, or longer ones, is not sampled: it is text rather than a category."""

_SCAN_ROWS = 20_000
_KEY_CHARACTERS = 200
_COLUMNS = 50
"""So many columns are asked for with one query: SQLite takes no more than 500."""


def sketch(table: str, columns: list[str], schema: str | None = None) -> Table:
    """A table as far as a query of some columns needs it."""
    from sqlalchemy import Column

    return Table(table, MetaData(), *(Column(name) for name in columns), schema=schema)


async def distinct_values(
    connection: AsyncConnection, table: str, columns: Sequence[str], allowance: Allowance
) -> dict[str, tuple[str, ...]]:
    """The distinct values of those text columns that have few and short ones; a query for many columns at once."""
    found: dict[str, list[str]] = {column: [] for column in columns}
    for start in range(0, len(columns), _COLUMNS):
        together = columns[start : start + _COLUMNS]
        query = " UNION ALL ".join(_distinct(connection, table, each, number) for number, each in enumerate(together))
        await allowance.limit()
        rows: Iterable[Any] = await connection.exec_driver_sql(query)
        for number, value in rows:
            found[together[number]].append(_plain(value))
    return {column: few for column, values in found.items() if (few := few_values(values))}


def few_values(values: Collection[str]) -> tuple[str, ...]:
    """`values` in order, when they are few and short; otherwise none."""
    few = len(values) <= VALUES_LIMIT and all(len(value) <= VALUE_CHARACTERS for value in values)
    return tuple(sorted(values)) if few else ()


def _distinct(connection: AsyncConnection, table: str, column: str, number: int) -> str:
    """Written by hand: for a thousand tables, SQLAlchemy would take longer to write it than a database to answer it."""
    quoted, kind = connection.dialect.identifier_preparer.quote_identifier, kind_of(connection)
    # Of a long text only so much is fetched as tells that it is too long.
    start = f"substr({quoted(column)}, 1, {VALUE_CHARACTERS + 1}) AS value"
    # So many rows, whether they have a value or not: to find the few values of a huge table, all of it would be read.
    scanned = f"SELECT {start} FROM {quoted(table)} LIMIT {_SCAN_ROWS}"
    few = f"SELECT DISTINCT value FROM ({scanned}) AS scanned WHERE value IS NOT NULL LIMIT {VALUES_LIMIT + 1}"
    # Cast at last: the column's own collation tells which values are the same, but all have to go into one union.
    return f"SELECT {number}, CAST(value AS {kind.text_type}) FROM ({few}) AS few"


async def some_values(connection: AsyncConnection, table: str, column: str, limit: int) -> set[str]:
    """Up to `limit` distinct values among the first rows, as text, those that could be a key."""
    source = sketch(table, [column])
    as_text = cast(source.c[column], String).label(column)
    scanned = select(as_text).limit(_SCAN_ROWS).subquery()
    short = func.length(scanned.c[column]) <= _KEY_CHARACTERS
    return set(await _strings(connection, select(scanned.c[column]).where(short).distinct().limit(limit)))


async def share_found(connection: AsyncConnection, values: set[str], table: str, column: str) -> float:
    """The share of `values`, 0 to 1, that stand in a column of another table."""
    if not values:
        return 0.0
    target = sketch(table, [column])
    as_text = cast(target.c[column], String)
    found = await connection.scalar(select(func.count(distinct(as_text))).where(as_text.in_(values)))
    return float(found or 0) / len(values)


async def _strings(connection: AsyncConnection, query: Select[Any]) -> list[str]:
    return [_plain(value) for (value,) in await connection.execute(query)]


def _plain(value: Any) -> str:
    # PostgreSQL's jsonb and text know no NUL, which SQLite and MySQL can give.
    return str(value).replace("\0", "\ufffd")


async def tells_apart(connection: AsyncConnection, table: str, column: str) -> bool:
    """Whether no value of a column repeats or is missing, among the first rows."""
    value = sketch(table, [column]).c[column]
    scanned = select(value.label("value")).limit(_SCAN_ROWS).subquery()
    counts = select(func.count(), func.count(distinct(scanned.c.value))).select_from(scanned)
    rows, values = (await connection.execute(counts)).one()
    return bool(rows) and rows == values
