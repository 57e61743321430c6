"""Looks at rows: the distinct values of a column, and how many values of one column another has."""

from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import MetaData, Select, String, Table, cast, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

MaySample: TypeAlias = Callable[[str, str], bool]
"""Whether the values of a column, named by its table and itself, may be looked at."""

VALUES_LIMIT, VALUE_CHARACTERS = 50, 60
"""A column of more distinct values, or longer ones, is not sampled: it is text rather than a category."""

_SCAN_ROWS = 20_000
_KEY_CHARACTERS = 200


def sketch(table: str, columns: list[str], schema: str | None = None) -> Table:
    """A table as far as a query of some columns needs it."""
    from sqlalchemy import Column

    return Table(table, MetaData(), *(Column(name) for name in columns), schema=schema)


async def distinct_values(connection: AsyncConnection, table: str, column: str) -> tuple[str, ...]:
    """The distinct values of a text column when they are few and short, else none."""
    source = sketch(table, [column])
    # Of a long text only so much is fetched as tells that it is too long.
    start = func.substr(cast(source.c[column], String), 1, VALUE_CHARACTERS + 1).label(column)
    scanned = select(start).where(source.c[column].is_not(None)).limit(_SCAN_ROWS).subquery()
    found = await _strings(connection, select(scanned.c[column]).distinct().limit(VALUES_LIMIT + 1))
    if len(found) > VALUES_LIMIT or any(len(value) > VALUE_CHARACTERS for value in found):
        return ()
    return tuple(sorted(found))


async def some_values(connection: AsyncConnection, table: str, column: str, limit: int) -> set[str]:
    """Up to `limit` distinct values among the first rows, as text, those that could be a key."""
    source = sketch(table, [column])
    as_text = cast(source.c[column], String).label(column)
    scanned = select(as_text).where(func.length(as_text) <= _KEY_CHARACTERS).limit(_SCAN_ROWS).subquery()
    return set(await _strings(connection, select(scanned.c[column]).distinct().limit(limit)))


async def share_found(connection: AsyncConnection, values: set[str], table: str, column: str) -> float:
    """The share of `values`, 0 to 1, that stand in a column of another table."""
    if not values:
        return 0.0
    target = sketch(table, [column])
    as_text = cast(target.c[column], String)
    found = await connection.scalar(select(func.count(distinct(as_text))).where(as_text.in_(values)))
    return float(found or 0) / len(values)


async def _strings(connection: AsyncConnection, query: Select[Any]) -> list[str]:
    # PostgreSQL's jsonb and text know no NUL, which SQLite and MySQL can give.
    return [str(value).replace("\0", "\ufffd") for (value,) in await connection.execute(query)]
