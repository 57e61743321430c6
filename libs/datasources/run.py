"""Runs admitted SQL: read-only, in time, and never more rows or bytes than allowed."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.datasources.gate import Admitted
from libs.datasources.kinds import kind_of
from libs.datasources.open import Limits, reading

_CHUNK = 200
_TEXT_CHARACTERS = 10_000
_EXACT = 2**53


@dataclass(frozen=True)
class Rows:
    """What a query gave, as JSON values. `truncated` when a cap cut it short."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
    milliseconds: float


async def run(engine: AsyncEngine, admitted: Admitted, limits: Limits | None = None) -> Rows:
    """Run SQL that passed the gate; raises `DataSourceError`, `TookTooLong` among them."""
    limits = limits or Limits()
    began = time.perf_counter()
    rows: list[tuple[Any, ...]] = []
    size, heaviest, count, truncated = 0, 1, 1, False
    async with (
        reading(engine, limits.seconds) as connection,
        kind_of(engine).rows(connection, admitted.running) as (columns, fetch),
    ):
        while not truncated and (chunk := await fetch(count)):
            for row in chunk:
                values = tuple(json_value(value) for value in row)
                size += len(orjson.dumps(values))
                if len(rows) >= limits.rows or size > limits.bytes:
                    truncated = True
                    break
                rows.append(values)
            # As many rows at a time as fit into the limit even if all are as heavy as the heaviest so far.
            heaviest = max(heaviest, *map(_weight, chunk))
            count = max(1, min(2 * count, _CHUNK, limits.bytes // heaviest))
    return Rows(columns, tuple(rows), truncated, (time.perf_counter() - began) * 1000)


def _weight(value: Any) -> int:
    """About the bytes that a value, or a row, takes before it is cut to what is kept of it."""
    if isinstance(value, str | bytes | memoryview):
        return len(value)
    if isinstance(value, Sequence | asyncpg.Record):
        return sum(map(_weight, value))
    return 8


def json_value(value: Any) -> Any:
    """A value as JSON can carry it: exact decimals as numbers, dates in ISO 8601, no NaN."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime | date | time_of_day):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value)[:32].hex()
    if isinstance(value, UUID | timedelta):
        return str(value)
    if isinstance(value, list | tuple):
        return [json_value(inner) for inner in value]
    return str(value)[:_TEXT_CHARACTERS].replace("\0", "\ufffd")  # PostgreSQL's jsonb, which keeps it, knows no NUL


def _number(value: Decimal) -> int | float | str | None:
    if not value.is_finite():
        return None
    if value == value.to_integral_value():
        return int(value) if abs(value) <= _EXACT else str(value)
    return float(value)
