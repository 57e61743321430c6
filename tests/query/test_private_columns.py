"""Of columns that their owner keeps private a model sees no value, whatever SQL calls them."""

from typing import Any

import pytest

from libs.events.catalog import DataSourceSettings
from libs.knowledge.databases import KnownDatabase
from services.query.questions.database import Database

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
