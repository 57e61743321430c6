"""A connection to a SQLite file can do nothing but read it, whatever text reaches it."""

import pytest

from libs.datasources.errors import QueryFailed
from libs.datasources.gate import Admitted
from libs.datasources.inspect import inspect
from libs.datasources.inspect import test_connection as try_connection
from libs.datasources.open import Connections
from libs.datasources.run import run
from tests.datasources.conftest import UserDatabase


@pytest.mark.parametrize(
    "sql",
    [
        "PRAGMA query_only = OFF", "PRAGMA writable_schema = ON", "PRAGMA temp_store_directory = '/tmp'",
        "PRAGMA database_list", "SELECT file FROM pragma_database_list", "SELECT * FROM pragma_compile_options",
        "SELECT load_extension('evil')", "SAVEPOINT kept", "ATTACH ':memory:' AS other", "VACUUM INTO 'copy.sqlite'",
        "CREATE TABLE more (id)", "CREATE TEMP TABLE more (id)", "INSERT INTO shop VALUES (2)", "DROP TABLE shop",
    ],
)  # fmt: skip
async def test_what_goes_round_the_gate_is_refused_by_the_connection(
    sqlite: UserDatabase, connections: Connections, sql: str
) -> None:
    await sqlite.execute("CREATE TABLE shop (id integer); INSERT INTO shop VALUES (1);")
    engine = await connections.engine("d", 1, sqlite.settings)
    with pytest.raises(QueryFailed, match=r"not authorized|authorization denied"):
        await run(engine, Admitted(sql, (), False))
    assert (await run(engine, Admitted("SELECT id FROM shop", (), False))).rows == ((1,),)
    assert [table.name for table in (await inspect(engine)).tables] == ["shop"]


@pytest.mark.parametrize("module", ["fts5(body)", "fts4(body)", "rtree(id, low, high)"])
async def test_a_virtual_table_that_only_reading_does_not_open_is_left_out_and_the_others_are_read(
    sqlite: UserDatabase, connections: Connections, module: str
) -> None:
    await sqlite.execute(f"CREATE TABLE shop (id integer); CREATE VIRTUAL TABLE notes USING {module};")
    engine = await connections.engine("d", 1, sqlite.settings)
    found = await inspect(engine)
    assert [name for name, _ in found.unreadable] == ["notes"]
    assert [table.name for table in found.tables] == ["shop"]
    assert [table.name for table in (await try_connection(engine)).tables] == ["notes", "shop"]


async def test_a_value_that_would_fill_the_memory_ends_the_query(
    sqlite: UserDatabase, connections: Connections
) -> None:
    engine = await connections.engine("d", 1, sqlite.settings)
    with pytest.raises(QueryFailed, match="too big"):
        await run(engine, Admitted("SELECT length(hex(zeroblob(15000000))) AS size", (), False))


async def test_without_declared_keys_a_first_column_that_tells_rows_apart_is_pointed_at(
    sqlite: UserDatabase, connections: Connections
) -> None:
    await sqlite.execute(
        "CREATE TABLE pupils (pupid int, housecode text); CREATE TABLE houses (housecode text, beds int);"
        "CREATE TABLE keeps (pupid int, since int, PRIMARY KEY (pupid, since));"
        "INSERT INTO houses VALUES ('OAK', 4), ('ELM', 3); INSERT INTO keeps VALUES (1, 2), (1, 3);"
        "INSERT INTO pupils VALUES (1, 'OAK'), (2, 'OAK'), (3, 'ELM');"
    )
    found = await inspect(await connections.engine("d", 1, sqlite.settings))
    assert {(one.source, one.source_col, one.target) for one in found.relations} == {
        ("pupils", "housecode", "houses"),
        ("keeps", "pupid", "pupils"),
    }
    assert {one.type for one in found.relations} == {"many_to_one"}, "a part of a key may stand in it again"
