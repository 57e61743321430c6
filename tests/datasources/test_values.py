"""What is looked at of the values in users' databases, and what is left out."""

import secrets
import tracemalloc

import pytest

from libs.datasources.inspect import inspect
from libs.datasources.open import Connections
from tests.datasources.conftest import BOX, SHOP, UserDatabase


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
