"""Users' databases: inspected, related, run within limits, and every failure typed with a hint."""

import asyncio
import contextlib
import socket
import sqlite3
import ssl
import time
import traceback
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import orjson
import pytest
import pytest_asyncio
import sqlalchemy.exc
from cryptography.fernet import Fernet

from libs.datasources.dialect import Dialect
from libs.datasources.errors import (
    CannotReach,
    DatabaseMissing,
    DataSourceError,
    LoginFailed,
    NotAllowed,
    QueryFailed,
    TookTooLong,
)
from libs.datasources.gate import Admitted, admit
from libs.datasources.inspect import inspect
from libs.datasources.inspect import test_connection as try_connection
from libs.datasources.open import Connections, Limits
from libs.datasources.run import run
from libs.datasources.secrets import SecretBox, SecretUnreadable
from libs.datasources.translate import translated
from libs.events.catalog import DataSourceSettings, Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
BOX = SecretBox([Fernet.generate_key().decode()])

SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, code text UNIQUE, city text);
CREATE TABLE cities (name text PRIMARY KEY, country text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customers (id), amount numeric);
INSERT INTO cities VALUES ('Berlin', 'DE'), ('Paris', 'FR'), ('上海', 'CN');
INSERT INTO customers VALUES (1, 'a', 'Berlin'), (2, 'b', '上海'), (3, 'c', NULL);
INSERT INTO orders VALUES (1, 1, 10.5), (2, 2, 20), (3, 1, 12345678901234567890.5);
"""


@pytest_asyncio.fixture(loop_scope="session")
async def connections(tmp_path: Path) -> AsyncIterator[Connections]:
    made = Connections(BOX, [tmp_path])
    yield made
    await made.close()


def _postgres(url: str, **change: object) -> DataSourceSettings:
    parts = urlsplit(url)
    settings = {"kind": "postgresql", "host": parts.hostname, "port": parts.port, "username": parts.username,
                "database": parts.path[1:], "password_ciphertext": BOX.encrypt(parts.password or "").token}  # fmt: skip
    return DataSourceSettings.model_validate(settings | change)


def _sqlite(folder: Path) -> DataSourceSettings:
    path = folder / "shop.sqlite"
    made = sqlite3.connect(path)
    made.executescript(SHOP)
    made.close()
    return DataSourceSettings(kind="sqlite", database=str(path))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_structure_values_and_relations_are_found(
    kind: str, postgres_url: str, tmp_path: Path, connections: Connections
) -> None:
    if kind == "postgresql":
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(SHOP)
        await connection.close()
    settings = _sqlite(tmp_path) if kind == "sqlite" else _postgres(postgres_url)
    found = await inspect(await connections.engine("d", 1, settings))
    tables = {table.name: table for table in found.tables}
    assert set(tables) == {"cities", "customers", "orders"}
    columns = {column.name: column for column in tables["customers"].columns}
    assert columns["id"].primary_key and columns["city"].nullable
    assert columns["city"].values == ("Berlin", "上海")
    assert "CREATE TABLE" in tables["orders"].create_table
    edges = {(e.source, e.source_col, e.target, e.target_col): e.confidence for e in found.relations}
    assert edges["orders", "customer_id", "customers", "id"] == 1.0
    assert edges["customers", "city", "cities", "name"] == 1.0, "no key says so: the values do"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_table_is_described_though_what_its_key_refers_to_is_not_read(
    kind: str, postgres_url: str, tmp_path: Path, connections: Connections
) -> None:
    settings = _sqlite(tmp_path) if kind == "sqlite" else _postgres(postgres_url)
    if kind == "postgresql":
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(SHOP)
        await connection.execute("CREATE SCHEMA apart; CREATE TABLE apart.away (id integer PRIMARY KEY)")
        await connection.execute("CREATE TABLE lost (id integer PRIMARY KEY, away_id integer REFERENCES apart.away)")
        await connection.close()
    else:
        made = sqlite3.connect(settings.database)
        made.execute("CREATE TABLE lost (id integer PRIMARY KEY, away_id integer REFERENCES nowhere (other))")
        made.close()
    engine = await connections.engine("d", 1, settings)
    (orders,) = (await inspect(engine, ["orders"])).tables
    assert "FOREIGN KEY(customer_id) REFERENCES customers (id)" in orders.create_table
    found = await inspect(engine)
    assert [table.name for table in found.tables] == ["cities", "customers", "lost", "orders"]
    assert next(column.foreign_key for table in found.tables for column in table.columns if column.name == "away_id")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_rows_bytes_and_seconds_are_capped(
    kind: str, postgres_url: str, tmp_path: Path, connections: Connections
) -> None:
    settings = _sqlite(tmp_path) if kind == "sqlite" else _postgres(postgres_url)
    engine = await connections.engine("d", 1, settings)
    series = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5000) SELECT n FROM t"
    few = await run(engine, Admitted(series, (), False), Limits(rows=10))
    assert (len(few.rows), few.truncated) == (10, True)
    small = await run(engine, Admitted(series, (), False), Limits(rows=5_000, bytes=800))
    assert 780 < sum(len(orjson.dumps(row)) for row in small.rows) <= 800 and small.truncated
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    with pytest.raises(TookTooLong):
        await run(engine, Admitted(endless, (), False), Limits(seconds=0.3))
    with pytest.raises(QueryFailed, match="nothing"):
        await run(engine, Admitted("SELECT nothing", (), False))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_heavy_rows_are_read_one_at_a_time_and_what_is_kept_of_them_counts(
    kind: str, postgres_url: str, tmp_path: Path, connections: Connections
) -> None:
    settings = _sqlite(tmp_path) if kind == "sqlite" else _postgres(postgres_url)
    engine = await connections.engine("d", 1, settings)
    long = "hex(zeroblob(2000000))" if kind == "sqlite" else "repeat('0', 4000000)"
    series = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 40)"
    tracemalloc.start()
    try:
        found = await run(engine, Admitted(f"{series} SELECT n, {long} AS body FROM t", (), False))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.rows) == 40 and not found.truncated and {len(row[1]) for row in found.rows} == {10_000}
    assert most < 40_000_000, "all of them are 160 MB"


async def test_the_elements_of_an_array_count(postgres_url: str, connections: Connections) -> None:
    engine = await connections.engine("d", 1, _postgres(postgres_url))
    series = "WITH t AS (SELECT a, array_agg(1000) AS many FROM generate_series(1, 9) AS a, generate_series(1, 50000) "
    found = await run(engine, Admitted(f"{series} GROUP BY a) SELECT * FROM t", (), False))
    assert len(found.rows) == 7 and found.truncated, "each has 250 kB"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_even_what_slips_past_the_gate_cannot_write(
    kind: str, postgres_url: str, tmp_path: Path, connections: Connections
) -> None:
    if kind == "postgresql":
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(SHOP)
        await connection.close()
    settings = _sqlite(tmp_path) if kind == "sqlite" else _postgres(postgres_url)
    engine = await connections.engine("d", 1, settings)
    for statement in ("DELETE FROM orders", "CREATE TABLE x (a integer)", "DROP TABLE orders"):
        with pytest.raises(DataSourceError):
            await run(engine, Admitted(statement, (), False))
    kept = await run(engine, admit("SELECT count(*) FROM orders", "sqlite"))
    assert kept.rows == ((3,),)


async def test_values_become_json(postgres_url: str, connections: Connections) -> None:
    engine = await connections.engine("d", 1, _postgres(postgres_url))
    sql = (
        "SELECT 1.50::numeric, 10::numeric, 'NaN'::float8, '2024-01-02'::date, 9007199254740993::bigint, "
        "NULL, true, 'a:b', ARRAY[1, 2]"
    )
    rows = (await run(engine, Admitted(sql, (), False))).rows
    assert rows == ((1.5, 10, None, "2024-01-02", "9007199254740993", None, True, "a:b", [1, 2]),)


async def test_each_failure_of_a_connection_has_its_type_and_hint(postgres_url: str, connections: Connections) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
    wrong = BOX.encrypt("not the password").token
    cases: list[tuple[dict[str, object], type[DataSourceError], str]] = [
        ({"host": "no-such-host.invalid"}, CannotReach, "host_not_found"),
        ({"port": closed}, CannotReach, "refused"),
        ({"password_ciphertext": wrong}, LoginFailed, "login"),
        ({"database": "no_such_database"}, DatabaseMissing, "database_missing"),
    ]
    for change, kind, code in cases:
        with pytest.raises(kind) as raised:
            await try_connection(connections.unpooled(_postgres(postgres_url, **change)))
        for language in LANGUAGES:
            problem = raised.value.problem(language)
            assert problem.code == code and problem.hint and "not the password" not in str(problem)


async def test_sqlite_files_stay_below_the_configured_folders(tmp_path: Path, connections: Connections) -> None:
    outside = tmp_path.parent / "outside.sqlite"
    outside.touch()
    (tmp_path / "link.sqlite").symlink_to(outside)
    for path in (outside, tmp_path / "link.sqlite", tmp_path / ".." / "outside.sqlite"):
        with pytest.raises(NotAllowed):
            connections.unpooled(DataSourceSettings(kind="sqlite", database=str(path)))
    with pytest.raises(DatabaseMissing):
        connections.unpooled(DataSourceSettings(kind="sqlite", database=str(tmp_path / "missing.sqlite")))


def test_secrets_can_be_rotated_and_never_show() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    made = SecretBox([old]).encrypt("s3cret")
    both = SecretBox([new, old])
    rotated = both.rotate(made.token)
    assert rotated.key_id != made.key_id and SecretBox([new]).decrypt(rotated.token) == "s3cret"
    with pytest.raises(SecretUnreadable):
        SecretBox([new]).decrypt(made.token)
    assert new not in repr(both) and "s3cret" not in made.token


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_cancelled_query_stops_at_once_and_stays_cancelled(
    kind: str, postgres_url: str, tmp_path: Path, connections: Connections
) -> None:
    settings = _sqlite(tmp_path) if kind == "sqlite" else _postgres(postgres_url)
    engine = await connections.engine("d", 1, settings)
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    began = time.monotonic()
    with pytest.raises(TimeoutError):  # what asyncio.timeout makes of the cancellation when it arrives as one
        async with asyncio.timeout(0.3):
            await run(engine, Admitted(endless, (), False), Limits(seconds=30))
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_column_of_an_unknown_type_is_described_by_its_name(
    kind: str, postgres_url: str, tmp_path: Path, connections: Connections
) -> None:
    if kind == "postgresql":
        connection = await asyncpg.connect(postgres_url)
        await connection.execute("CREATE TABLE places (id integer PRIMARY KEY, spot point, page xml)")
        await connection.close()
        settings, expected = _postgres(postgres_url), ["INTEGER", "point", "xml"]
    else:
        settings, expected = _sqlite(tmp_path), ["ANY", "ANY"]
        made = sqlite3.connect(settings.database)
        made.execute("CREATE TABLE places (id, spot)")
        made.close()
    found = await inspect(await connections.engine("d", 1, settings), ["places"])
    assert [column.type for column in found.tables[0].columns] == expected
    assert "spot" in found.tables[0].create_table


@pytest.mark.parametrize("name", ["a b#1.sqlite", "what?mode=rwc&x=.sqlite", "100%41.sqlite", "销售.sqlite"])
async def test_no_name_of_a_file_ends_the_read_only_mode(name: str, tmp_path: Path, connections: Connections) -> None:
    path = tmp_path / name
    Path(_sqlite(tmp_path).database).rename(path)
    engine = await connections.engine("d", 1, DataSourceSettings(kind="sqlite", database=str(path)))
    assert (await run(engine, admit("SELECT count(*) FROM orders", "sqlite"))).rows == ((3,),)
    assert [found.name for found in tmp_path.iterdir()] == [name], "no other file was made"


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
async def test_texts_reach_the_database_with_colons_percents_and_backslashes_intact(
    dialect: Dialect, postgres_url: str, tmp_path: Path, connections: Connections
) -> None:
    settings = _sqlite(tmp_path) if dialect == "sqlite" else _postgres(postgres_url)
    engine = await connections.engine("d", 1, settings)
    texts = ("a:b", r"a\:b", "50%", "100%%", ":name", "::", "$1", "?", r"c:\new", "%(x)s", "it's")
    sql = "SELECT " + ", ".join("'" + one.replace("'", "''") + f"' AS c{number}" for number, one in enumerate(texts))
    assert (await run(engine, admit(sql, dialect))).rows == (texts,)


async def test_broken_encryption_and_an_exhausted_pool_have_their_own_types() -> None:
    tls = translated(ssl.SSLError("certificate verify failed"))
    assert isinstance(tls, CannotReach) and tls.code == "tls" and tls.problem("zh").hint
    assert isinstance(translated(sqlalchemy.exc.TimeoutError("QueuePool limit")), TookTooLong)


async def test_no_error_shows_the_password_even_in_its_causes(postgres_url: str, connections: Connections) -> None:
    password = "canary-7f3a"
    for change in ({}, {"port": 1}, {"host": "no-such-host.invalid"}, {"username": "nobody"}):
        settings = _postgres(postgres_url, **{"password_ciphertext": BOX.encrypt(password).token, **change})
        engine = connections.unpooled(settings)
        with pytest.raises(DataSourceError) as raised:
            await try_connection(engine)
        assert password not in "".join(traceback.format_exception(raised.value)) + repr(engine) + repr(settings)


class Line:
    """The way to a server, which can be cut so that neither end hears of it."""

    def __init__(self, url: str) -> None:
        self._server = urlsplit(url)
        self._ways: list[asyncio.Task[None]] = []
        self.opened = self.ended = 0
        self.cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client with the server."""
        self.opened += 1
        back, forth = await asyncio.open_connection(self._server.hostname, self._server.port)
        self._ways.append(asyncio.create_task(self._copy(back, writer)))
        await self._copy(reader, forth)
        self.ended += 1
        forth.close()

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65_536):
                if not self.cut:
                    target.write(data)
            if not self.cut:
                target.close()


@pytest.mark.parametrize("why", ["a newer version", "the end"])
async def test_a_server_that_vanished_keeps_nobody_waiting_and_its_connections_are_given_up(
    why: str, postgres_url: str, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.datasources.open._CLOSE_SECONDS", 0.2)
    line = Line(postgres_url)
    async with await asyncio.start_server(line.carry, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        engine = await connections.engine("d", 1, _postgres(postgres_url, port=port))
        async with engine.connect(), engine.connect():
            pass
        line.cut = True
        async with asyncio.timeout(20):
            if why == "the end":
                await connections.close()
            else:
                newer = await connections.engine("d", 2, _postgres(postgres_url))
                assert newer is not engine and line.ended == 0
                assert (await run(newer, admit("SELECT 1", "postgres"))).rows == ((1,),)
            while line.ended < line.opened:
                await asyncio.sleep(0)
    assert line.opened == 2
