"""Queries of users' databases: capped, read-only, cancelled at once, and their values as JSON."""

import asyncio
import time
import tracemalloc

import orjson
import pytest

from libs.datasources.dialect import Dialect
from libs.datasources.errors import (
    DataSourceError,
    QueryFailed,
    TookTooLong,
)
from libs.datasources.gate import Admitted, admit
from libs.datasources.inspect import inspect
from libs.datasources.open import Connections, Limits
from libs.datasources.run import run
from tests.datasources.conftest import SHOP, UserDatabase

_FOR_EVER = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
ENDLESS: dict[Dialect, str] = {
    "sqlite": _FOR_EVER,
    "postgres": _FOR_EVER,
    "mariadb": "SELECT count(*) FROM information_schema.columns a, information_schema.columns b, "
    "information_schema.columns c",  # recursion ends by itself after a thousand rounds
}


async def test_rows_bytes_and_seconds_are_capped(database: UserDatabase, connections: Connections) -> None:
    engine = await connections.engine("d", 1, database.settings)
    series = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 900) SELECT n FROM t"
    few = await run(engine, Admitted(series, (), False), Limits(rows=10))
    assert (len(few.rows), few.truncated) == (10, True)
    assert (await run(engine, Admitted("SELECT 1", (), False))).rows == ((1,),), "what was cut short is in nobody's way"
    small = await run(engine, Admitted(series, (), False), Limits(rows=5_000, bytes=800))
    assert 780 < sum(len(orjson.dumps(row)) for row in small.rows) <= 800 and small.truncated
    endless = ENDLESS[database.dialect]
    with pytest.raises(TookTooLong):
        await run(engine, Admitted(endless, (), False), Limits(seconds=0.3))
    with pytest.raises(QueryFailed, match="nothing"):
        await run(engine, Admitted("SELECT nothing", (), False))


async def test_heavy_rows_are_read_one_at_a_time_and_what_is_kept_of_them_counts(
    database: UserDatabase, connections: Connections
) -> None:
    engine = await connections.engine("d", 1, database.settings)
    long = "hex(zeroblob(2000000))" if database.dialect == "sqlite" else "repeat('0', 4000000)"
    series = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 40)"
    tracemalloc.start()
    try:
        found = await run(engine, Admitted(f"{series} SELECT n, {long} AS body FROM t", (), False))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.rows) == 40 and not found.truncated and {len(row[1]) for row in found.rows} == {10_000}
    assert most < 40_000_000, "all of them are 160 MB"


async def test_a_row_that_would_fill_the_memory_ends_the_query(
    postgresql: UserDatabase, connections: Connections
) -> None:
    engine = await connections.engine("d", 1, postgresql.settings)
    with pytest.raises(QueryFailed, match="larger than 16000000 bytes"):
        await run(engine, Admitted("SELECT repeat('0', 17000000) AS body, 1 AS one", (), False))


async def test_the_elements_of_an_array_count(postgresql: UserDatabase, connections: Connections) -> None:
    engine = await connections.engine("d", 1, postgresql.settings)
    series = "WITH t AS (SELECT a, array_agg(1000) AS many FROM generate_series(1, 9) AS a, generate_series(1, 50000) "
    found = await run(engine, Admitted(f"{series} GROUP BY a) SELECT * FROM t", (), False))
    assert len(found.rows) == 7 and found.truncated, "each has 250 kB"


async def test_values_become_json(postgresql: UserDatabase, connections: Connections) -> None:
    engine = await connections.engine("d", 1, postgresql.settings)
    sql = (
        "SELECT 1.50::numeric, 10::numeric, 'NaN'::float8, '2024-01-02'::date, 9007199254740993::bigint, "
        "NULL, true, 'a:b', ARRAY[1, 2]"
    )
    rows = (await run(engine, Admitted(sql, (), False))).rows
    assert rows == ((1.5, 10, None, "2024-01-02", "9007199254740993", None, True, "a:b", [1, 2]),)


async def test_texts_reach_the_database_with_colons_percents_and_backslashes_intact(
    database: UserDatabase, connections: Connections
) -> None:
    engine = await connections.engine("d", 1, database.settings)
    texts = ("a:b", r"a\:b", "50%", "100%%", ":name", "::", "$1", "?", r"c:\new", "%(x)s", "it's")
    written = [one.replace("'", "''") for one in texts]
    if database.dialect == "mariadb":
        written = [one.replace("\\", "\\\\") for one in written]
    sql = "SELECT " + ", ".join(f"'{one}' AS c{number}" for number, one in enumerate(written))
    assert (await run(engine, admit(sql, database.dialect))).rows == (texts,)


async def test_values_with_a_nul_can_be_kept(sqlite: UserDatabase, connections: Connections) -> None:
    await sqlite.execute(
        "CREATE TABLE odd (id integer PRIMARY KEY, name text); INSERT INTO odd VALUES (1, 'a' || char(0));"
    )
    engine = await connections.engine("d", 1, sqlite.settings)
    assert (await run(engine, admit("SELECT name FROM odd", "sqlite"))).rows == (("a\ufffd",),)
    assert "\0" not in (await inspect(engine)).tables[0].model_dump_json()


async def test_even_what_slips_past_the_gate_cannot_write(database: UserDatabase, connections: Connections) -> None:
    await database.execute(SHOP)
    engine = await connections.engine("d", 1, database.settings)
    for statement in ("DELETE FROM orders", "CREATE TABLE x (a integer)", "DROP TABLE orders"):
        with pytest.raises(DataSourceError):
            await run(engine, Admitted(statement, (), False))
    kept = await run(engine, admit("SELECT count(*) FROM orders", database.dialect))
    assert kept.rows == ((3,),)


async def test_a_cancelled_query_stops_at_once_and_stays_cancelled(
    database: UserDatabase, connections: Connections
) -> None:
    engine = await connections.engine("d", 1, database.settings)
    endless = ENDLESS[database.dialect]
    began = time.monotonic()
    with pytest.raises(TimeoutError):  # what asyncio.timeout makes of the cancellation when it arrives as one
        async with asyncio.timeout(0.3):
            await run(engine, Admitted(endless, (), False), Limits(seconds=30))
    assert time.monotonic() - began < 10
