"""Of columns that their owner keeps private a model sees no value, whatever SQL calls them; others are looked up."""

import sqlite3
from typing import Any

import pytest

from libs.events.catalog import ColumnDescription, DataSourceChanged, DataSourceSettings, TableDescription
from libs.knowledge.databases import KnownDatabase
from services.query.questions.database import Database
from tests.query import test_questions
from tests.query.knowledge_events import THEN, checkpoint, ddl, structure
from tests.query.test_questions import Asking

asking = test_questions.asking

TABLES = {"people": ("id", "town", "salary"), "town": ("town", "size")}


def database(**settings: Any) -> Database:
    known = KnownDatabase.__new__(KnownDatabase)
    object.__setattr__(known, "settings", DataSourceSettings.model_validate({"kind": "postgresql"} | settings))
    return Database(None, known, TABLES)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("SELECT town, count(*) FROM people GROUP BY town", True),
        ("SELECT t.place FROM (SELECT town AS place FROM people) AS t", True),
        ("SELECT town FROM town", True),
        ("SELECT id FROM people JOIN town USING (town)", True),
        ("SELECT salary FROM people", False),
        ("SELECT t.pay FROM (SELECT salary AS pay FROM people) AS t", False),
        ("SELECT town AS salary FROM people ORDER BY salary", False),
        ("SELECT id FROM people AS p(x, town, id)", False),
        ("SELECT size FROM people AS size", False),
        ("SELECT id, 1 AS people FROM people WHERE people IS NOT NULL", False),
        ("SELECT a.id FROM people AS a JOIN people AS b USING (salary)", False),
        ("SELECT size FROM people NATURAL JOIN town", False),
    ],
)
def test_only_what_names_no_private_column_and_hides_none_is_shown(sql: str, shown: bool) -> None:
    private = database(private_columns=("people.salary",))
    assert private.may_be_shown(private.admit(sql)) is shown
    assert database().may_be_shown(database().admit(sql))


async def test_names_are_looked_up_in_the_columns_that_are_not_private(asking: Asking) -> None:
    with sqlite3.connect(asking.database) as made:
        made.execute("CREATE TABLE pilots (name TEXT, alias TEXT)")
        made.execute("INSERT INTO pilots VALUES ('Amelia Earhart', 'Secret Goose')")
    pilots = TableDescription(
        name="pilots",
        columns=(ColumnDescription(name="name", type="TEXT"), ColumnDescription(name="alias", type="TEXT")),
        row_estimate=1,
    )
    settings = DataSourceSettings(kind="sqlite", database=str(asking.database), private_columns=("pilots.alias",))
    await asking.consume(
        DataSourceChanged(datasource_id="s1", version=2, name="f", owner_id="o1", settings=settings, changed_at=THEN),
        structure(4, [pilots]),
        checkpoint(2, [ddl(pilots)], training_id="t0"),
    )
    found = await asking.ask("How many pilots are called Amelia Earhart?")
    hidden = await asking.ask("How many pilots are called Secret Goose?", number=2)
    assert [step["name"] for step in found["steps"] if step["name"] == "values"] == ["values"]
    assert "values" not in [step["name"] for step in hidden["steps"]] and "alias" not in str(found["steps"])
