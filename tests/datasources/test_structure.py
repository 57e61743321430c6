"""Users' databases are inspected: tables, columns, relations, and what cannot be read."""

import secrets

import asyncpg
import pytest

from libs.datasources.errors import (
    NotAllowed,
)
from libs.datasources.gate import admit
from libs.datasources.inspect import inspect
from libs.datasources.open import Connections
from libs.datasources.run import run
from tests.datasources.conftest import BOX, SHOP, UserDatabase


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
