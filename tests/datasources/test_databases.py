"""Users' databases: inspected, related, run within limits, and every failure typed with a hint."""

import asyncio
import secrets
import socket
import ssl
import time
import traceback
import tracemalloc
from pathlib import Path

import asyncpg
import orjson
import pytest
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
from tests.datasources.conftest import BOX, UserDatabase

LANGUAGES: tuple[Language, ...] = ("zh", "en")
SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, code varchar(50) UNIQUE, city varchar(50));
CREATE TABLE cities (name varchar(50) PRIMARY KEY, country varchar(50));
CREATE TABLE orders (
    id integer PRIMARY KEY, customer_id integer, amount numeric(30, 1),
    FOREIGN KEY (customer_id) REFERENCES customers (id)
);
INSERT INTO cities VALUES ('Berlin', 'DE'), ('Paris', 'FR'), ('上海', 'CN');
INSERT INTO customers VALUES (1, 'a', 'Berlin'), (2, 'b', '上海'), (3, 'c', NULL);
INSERT INTO orders VALUES (1, 1, 10.5), (2, 2, 20), (3, 1, 12345678901234567890.5);
"""

_FOR_EVER = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
ENDLESS: dict[Dialect, str] = {
    "sqlite": _FOR_EVER,
    "postgres": _FOR_EVER,
    "mariadb": "SELECT count(*) FROM information_schema.columns a, information_schema.columns b, "
    "information_schema.columns c",  # recursion ends by itself after a thousand rounds
}


async def test_structure_values_and_relations_are_found(database: UserDatabase, connections: Connections) -> None:
    await database.execute(SHOP)
    found = await inspect(await connections.engine("d", 1, database.settings))
    tables = {table.name: table for table in found.tables}
    assert set(tables) == {"cities", "customers", "orders"}
    columns = {column.name: column for column in tables["customers"].columns}
    assert columns["id"].primary_key and columns["city"].nullable
    assert columns["city"].values == ("Berlin", "上海")
    assert "CREATE TABLE" in tables["orders"].create_table
    edges = {(e.source, e.source_col, e.target, e.target_col): e.confidence for e in found.relations}
    assert edges["orders", "customer_id", "customers", "id"] == 1.0
    assert edges["customers", "city", "cities", "name"] == 1.0, "no key says so: the values do"


async def test_indexes_are_told_by_their_columns(database: UserDatabase, connections: Connections) -> None:
    made = "; CREATE INDEX by_place ON customers (city, code); CREATE UNIQUE INDEX by_city ON customers (city)"
    await database.execute(SHOP + made)
    found = await inspect(await connections.engine("d", 1, database.settings))
    customers = next(table for table in found.tables if table.name == "customers")
    indexes = {index.name: (index.columns, index.unique) for index in customers.indexes}
    assert indexes.items() >= {"by_place": (("city", "code"), False), "by_city": (("city",), True)}.items()


async def test_values_are_looked_at_only_where_they_may_be(database: UserDatabase, connections: Connections) -> None:
    await database.execute(SHOP)
    private = database.changed(private_columns=("customers.city",))
    for settings, seen in ((private, {"cities"}), (database.changed(sample_values=False), set())):
        found = await inspect(await connections.engine(str(seen), 1, settings), may_sample=settings.may_sample)
        assert {table.name for table in found.tables for column in table.columns if column.values} - {
            "customers"
        } == seen
        assert not next(c.values for t in found.tables for c in t.columns if (t.name, c.name) == ("customers", "city"))
        assert ("customers", "city") not in {(edge.source, edge.source_col) for edge in found.relations}


async def test_values_of_many_columns_are_found_whatever_their_names(
    database: UserDatabase, connections: Connections
) -> None:
    names = ["100%", "%s", "a:b", "it's", "上海", *(f"column_{number}" for number in range(60))]
    quote = "`" if database.settings.kind == "mysql" else '"'
    columns = ", ".join(f"{quote}{name}{quote} varchar(9)" for name in names)
    values = ", ".join(f"'v{number}'" for number in range(len(names)))
    table = f"{quote}50% of: all{quote}"
    await database.execute(f"CREATE TABLE {table} ({columns}); INSERT INTO {table} VALUES ({values})")
    [found] = (await inspect(await connections.engine("d", 1, database.settings))).tables
    assert {column.name: column.values for column in found.columns} == {
        name: (f"v{number}",) for number, name in enumerate(names)
    }


async def test_values_that_would_take_too_long_to_look_at_are_left_out_and_counted(
    database: UserDatabase, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.datasources.inspect._VALUES_SECONDS", 0.0)
    await database.execute(SHOP)
    found = await inspect(await connections.engine("d", 1, database.settings))
    assert (len(found.tables), len(found.unsampled)) == (3, 2)
    assert not any(column.values for table in found.tables for column in table.columns)


async def test_what_is_text_is_told_by_its_type_not_by_letters_in_its_name(
    postgresql: UserDatabase, connections: Connections
) -> None:
    await postgresql.execute("""
        CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TYPE text_kind AS ENUM ('p', 'q');
        CREATE DOMAIN email AS text; CREATE DOMAIN contact AS email; CREATE DOMAIN feeling AS mood;
        CREATE TABLE notes (a mood, b text_kind, c email, d contact, e feeling, f text[], g varchar[], h char(5),
            i json, j "char", k name, l mood[]);
        INSERT INTO notes
        VALUES ('sad', 'p', 'a@b', 'c@d', 'sad', '{x}', '{y}', 'ab', '{}', 'z', 'n', '{sad}');
    """)
    private = postgresql.changed(private_columns=("notes.a",))
    found = await inspect(await connections.engine("d", 1, private), may_sample=private.may_sample)
    assert not found.unsampled
    assert {column.name: column.values for column in found.tables[0].columns if column.values} == {
        "b": ("p", "q"), "c": ("a@b",), "d": ("c@d",), "e": ("happy", "sad"), "h": ("ab",), "j": ("z",), "k": ("n",),
    }  # fmt: skip


async def test_labels_of_an_enumeration_are_its_values(mysql: UserDatabase, connections: Connections) -> None:
    await mysql.execute("CREATE TABLE t (id integer PRIMARY KEY, a ENUM('x', 'y'), b SET('p', 'q'))")
    await mysql.execute("INSERT INTO t VALUES (1, 'x', 'p,q')")
    [found] = (await inspect(await connections.engine("d", 1, mysql.settings))).tables
    assert [column.values for column in found.columns] == [(), ("x", "y"), ("p,q",)]


async def test_values_are_told_apart_as_their_column_does(database: UserDatabase, connections: Connections) -> None:
    kinds = {
        "sqlite": ("text", "text COLLATE NOCASE"),
        "postgres": ('text COLLATE "C"', 'varchar(9) COLLATE "POSIX"'),
        "mariadb": ("text COLLATE utf8mb4_bin", "varchar(9) CHARACTER SET latin1 COLLATE latin1_general_ci"),
    }
    exact, other = kinds[database.dialect]
    await database.execute(
        f"CREATE TABLE answers (id integer PRIMARY KEY, a {exact}, b varchar(9), c {other});"
        "INSERT INTO answers VALUES (1, 'Yes', 'é', 'é'), (2, 'yes', 'é', 'é')"
    )
    found = await inspect(await connections.engine("d", 1, database.settings))
    assert not found.unsampled
    assert [column.values for column in found.tables[0].columns] == [(), ("Yes", "yes"), ("é",), ("é",)]


async def test_the_first_rows_are_looked_at_whether_they_have_a_value_or_not(
    database: UserDatabase, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.datasources.sample._SCAN_ROWS", 10)
    rows = ", ".join(f"({number}, NULL, {number % 2})" for number in range(11))
    await database.execute(
        "CREATE TABLE visits (id integer PRIMARY KEY, note varchar(9), kind varchar(9));"
        f"INSERT INTO visits VALUES {rows}; INSERT INTO visits VALUES (11, 'late', '2')"
    )
    [found] = (await inspect(await connections.engine("d", 1, database.settings))).tables
    assert [column.values for column in found.columns] == [(), (), ("0", "1")]


async def test_a_table_that_is_slow_to_look_at_keeps_its_structure_and_the_others_their_values(
    postgresql: UserDatabase, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.datasources.allowance.STATEMENT_SECONDS", 0.5)
    reader = f"reader_{secrets.token_hex(4)}"
    await postgresql.execute(
        "CREATE TABLE aside (id integer PRIMARY KEY, kind varchar(9));"
        f"INSERT INTO aside VALUES (1, 'a'); ALTER TABLE aside ENABLE ROW LEVEL SECURITY; {SHOP}"
        f"CREATE POLICY slowly ON aside USING (pg_sleep(60) IS NOT NULL); CREATE ROLE {reader} LOGIN PASSWORD 'r';"
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}"
    )
    settings = postgresql.changed(username=reader, password_ciphertext=BOX.encrypt("r").token)
    try:
        found = await inspect(await connections.engine("d", 1, settings))
    finally:
        await connections.close()
        await postgresql.execute(f"DROP OWNED BY {reader}; DROP ROLE {reader}")
    assert [table.name for table in found.tables] == ["aside", "cities", "customers", "orders"]
    assert not found.unreadable and found.unsampled == {"aside"}
    assert {table.name for table in found.tables for c in table.columns if c.values} == {"cities", "customers"}


async def test_values_that_cannot_be_read_do_not_take_the_table_with_them(
    sqlite: UserDatabase, connections: Connections
) -> None:
    no_utf8 = "UPDATE customers SET city = CAST(x'4dfc6c6c6572' AS TEXT) WHERE id = 1;"
    await sqlite.execute(SHOP + no_utf8)
    found = await inspect(await connections.engine("d", 1, sqlite.settings))
    assert [table.name for table in found.tables] == ["cities", "customers", "orders"]
    assert not found.unreadable and found.unsampled == {"customers"}


async def test_a_table_that_cannot_be_read_is_left_out_and_the_others_are_read(
    postgresql: UserDatabase, connections: Connections
) -> None:
    await postgresql.execute(SHOP)
    holder = await asyncpg.connect(
        host=postgresql.settings.host, port=postgresql.settings.port, user=postgresql.settings.username,
        password=BOX.decrypt(postgresql.settings.password_ciphertext or ""), database=postgresql.settings.database,
    )  # fmt: skip
    async with holder.transaction():
        await holder.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
        found = await inspect(await connections.engine("d", 1, postgresql.settings))
    await holder.close()
    assert [table.name for table in found.tables] == ["cities", "orders"]
    assert [(name, error.code) for name, error in found.unreadable] == [("customers", "timeout")]


async def test_a_table_is_described_though_what_its_key_refers_to_is_not_read(
    database: UserDatabase, connections: Connections
) -> None:
    await database.execute(SHOP)
    lost = {
        "sqlite": "CREATE TABLE lost (id integer PRIMARY KEY, away_id integer REFERENCES nowhere (other));",
        "postgres": "CREATE SCHEMA apart; CREATE TABLE apart.away (id integer PRIMARY KEY);"
        "CREATE TABLE lost (id integer PRIMARY KEY, away_id integer REFERENCES apart.away);",
        "mariadb": "SET foreign_key_checks = 0; CREATE TABLE lost (id integer PRIMARY KEY, away_id integer, "
        "FOREIGN KEY (away_id) REFERENCES nowhere (other));",
    }
    await database.execute(lost[database.dialect])
    engine = await connections.engine("d", 1, database.settings)
    (orders,) = (await inspect(engine, ["orders"])).tables
    assert "FOREIGN KEY(customer_id) REFERENCES customers (id)" in orders.create_table
    found = await inspect(engine)
    assert [table.name for table in found.tables] == ["cities", "customers", "lost", "orders"]
    assert next(column.foreign_key for table in found.tables for column in table.columns if column.name == "away_id")


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


async def test_values_with_a_nul_can_be_kept(sqlite: UserDatabase, connections: Connections) -> None:
    await sqlite.execute(
        "CREATE TABLE odd (id integer PRIMARY KEY, name text); INSERT INTO odd VALUES (1, 'a' || char(0));"
    )
    engine = await connections.engine("d", 1, sqlite.settings)
    assert (await run(engine, admit("SELECT name FROM odd", "sqlite"))).rows == (("a\ufffd",),)
    assert "\0" not in (await inspect(engine)).tables[0].model_dump_json()


async def test_long_texts_are_not_fetched_to_learn_that_they_are_long(
    database: UserDatabase, connections: Connections
) -> None:
    body = {"sqlite": "hex(zeroblob(2000000))", "postgres": "repeat('0', 4000000)", "mariadb": "repeat('0', 4000000)"}
    kind = "longtext" if database.dialect == "mariadb" else "text"
    rows = ", ".join(f"({number}, {body[database.dialect]})" for number in range(30))
    await database.execute(
        f"CREATE TABLE files (id integer PRIMARY KEY, body {kind}); INSERT INTO files VALUES {rows};"
    )
    engine = await connections.engine("d", 1, database.settings)
    tracemalloc.start()
    try:
        found = await inspect(engine)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert not found.tables[0].columns[1].values
    assert most < 30_000_000, "all of them are 120 MB"


async def test_the_elements_of_an_array_count(postgresql: UserDatabase, connections: Connections) -> None:
    engine = await connections.engine("d", 1, postgresql.settings)
    series = "WITH t AS (SELECT a, array_agg(1000) AS many FROM generate_series(1, 9) AS a, generate_series(1, 50000) "
    found = await run(engine, Admitted(f"{series} GROUP BY a) SELECT * FROM t", (), False))
    assert len(found.rows) == 7 and found.truncated, "each has 250 kB"


async def test_even_what_slips_past_the_gate_cannot_write(database: UserDatabase, connections: Connections) -> None:
    await database.execute(SHOP)
    engine = await connections.engine("d", 1, database.settings)
    for statement in ("DELETE FROM orders", "CREATE TABLE x (a integer)", "DROP TABLE orders"):
        with pytest.raises(DataSourceError):
            await run(engine, Admitted(statement, (), False))
    kept = await run(engine, admit("SELECT count(*) FROM orders", database.dialect))
    assert kept.rows == ((3,),)


async def test_values_become_json(postgresql: UserDatabase, connections: Connections) -> None:
    engine = await connections.engine("d", 1, postgresql.settings)
    sql = (
        "SELECT 1.50::numeric, 10::numeric, 'NaN'::float8, '2024-01-02'::date, 9007199254740993::bigint, "
        "NULL, true, 'a:b', ARRAY[1, 2]"
    )
    rows = (await run(engine, Admitted(sql, (), False))).rows
    assert rows == ((1.5, 10, None, "2024-01-02", "9007199254740993", None, True, "a:b", [1, 2]),)


async def test_each_failure_of_a_connection_has_its_type_and_hint(
    database: UserDatabase, connections: Connections
) -> None:
    if database.dialect == "sqlite":
        return  # A file has no connection.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
    wrong = BOX.encrypt("not the password").token
    cases: list[tuple[dict[str, object], type[DataSourceError], str]] = [
        ({"host": "no-such-host.invalid"}, CannotReach, "host_not_found"),
        ({"host": ""}, CannotReach, "host_not_found"),
        ({"host": "/tmp"}, CannotReach, "host_not_found"),
        ({"host": "169.254.169.254"}, NotAllowed, "address_not_allowed"),
        ({"port": closed}, CannotReach, "refused"),
        ({"password_ciphertext": wrong}, LoginFailed, "login"),
        ({"database": "no_such_database"}, DatabaseMissing, "database_missing"),
    ]
    for change, kind, code in cases:
        with pytest.raises(kind) as raised:
            await try_connection(connections.unpooled(database.changed(**change)))
        for language in LANGUAGES:
            problem = raised.value.problem(language)
            assert problem.code == code and problem.hint and "not the password" not in str(problem)


async def test_a_server_that_answers_nothing_is_given_up_in_time(
    database: UserDatabase, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect == "sqlite":
        return  # A file has no connection.
    monkeypatch.setattr("libs.datasources.open.CONNECT_SECONDS", 0.3)
    async with await asyncio.start_server(lambda *_: asyncio.sleep(60), "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        with pytest.raises(CannotReach, match="does not answer"):
            await run(
                connections.unpooled(database.changed(port=port)), Admitted("SELECT 1", (), False), Limits(seconds=0.1)
            )


async def test_tables_without_the_right_to_read_them_are_named_and_not_read(
    database: UserDatabase, connections: Connections
) -> None:
    if database.dialect == "sqlite":
        return  # A file has no users.
    await database.execute(SHOP)
    name, here = f"reader_{secrets.token_hex(4)}", "" if database.dialect == "postgres" else "@'127.0.0.1'"
    make = "CREATE ROLE {} LOGIN PASSWORD 'x'" if database.dialect == "postgres" else "CREATE USER {} IDENTIFIED BY 'x'"
    await database.execute(
        f"{make.format(name + here)};GRANT SELECT ON customers TO {name}{here};GRANT INSERT ON orders TO {name}{here};"
    )
    try:
        limited = database.changed(username=name, password_ciphertext=BOX.encrypt("x").token)
        engine = await connections.engine("d", 1, limited)
        found = await inspect(engine)
        assert [table.name for table in found.tables] == ["customers"]
        assert all(error.code == "not_allowed" for _, error in found.unreadable)
        with pytest.raises(NotAllowed) as raised:
            await run(engine, admit("SELECT * FROM orders", database.dialect))
        assert raised.value.code == "not_allowed"
    finally:
        await connections.close()
        gone = (
            f"DROP OWNED BY {name}; DROP ROLE {name};" if database.dialect == "postgres" else f"DROP USER {name}{here};"
        )
        await database.execute(gone)


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


async def test_a_column_of_an_unknown_type_is_described_by_its_name(
    database: UserDatabase, connections: Connections
) -> None:
    columns, expected = {
        "sqlite": ("id, spot", ["ANY", "ANY"]),
        "postgres": ("id integer PRIMARY KEY, spot point, page xml", ["INTEGER", "point", "xml"]),
        "mariadb": ("id integer PRIMARY KEY, spot point", ["INTEGER(11)", "point"]),
    }[database.dialect]
    await database.execute(f"CREATE TABLE places ({columns});")
    found = await inspect(await connections.engine("d", 1, database.settings), ["places"])
    assert [column.type for column in found.tables[0].columns] == expected
    assert "spot" in found.tables[0].create_table


@pytest.mark.parametrize("name", ["a b#1.sqlite", "what?mode=rwc&x=.sqlite", "100%41.sqlite", "销售.sqlite"])
async def test_no_name_of_a_file_ends_the_read_only_mode(
    name: str, sqlite: UserDatabase, tmp_path: Path, connections: Connections
) -> None:
    path = tmp_path / name
    await sqlite.execute(SHOP)
    Path(sqlite.settings.database).rename(path)
    engine = await connections.engine("d", 1, DataSourceSettings(kind="sqlite", database=str(path)))
    assert (await run(engine, admit("SELECT count(*) FROM orders", "sqlite"))).rows == ((3,),)
    assert [found.name for found in tmp_path.iterdir()] == [name], "no other file was made"


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


async def test_broken_encryption_and_an_exhausted_pool_have_their_own_types() -> None:
    tls = translated(ssl.SSLError("certificate verify failed"))
    assert isinstance(tls, CannotReach) and tls.code == "tls" and tls.problem("zh").hint
    assert isinstance(translated(sqlalchemy.exc.TimeoutError("QueuePool limit")), TookTooLong)


async def test_no_error_shows_the_password_even_in_its_causes(database: UserDatabase, connections: Connections) -> None:
    if database.dialect == "sqlite":
        return  # A file has no password.
    password = "canary-7f3a"
    for change in ({}, {"port": 1}, {"host": "no-such-host.invalid"}, {"username": "nobody"}):
        settings = database.changed(**{"password_ciphertext": BOX.encrypt(password).token, **change})
        engine = connections.unpooled(settings)
        with pytest.raises(DataSourceError) as raised:
            await try_connection(engine)
        assert password not in "".join(traceback.format_exception(raised.value)) + repr(engine) + repr(settings)
