"""Why a database refuses SQL is told to a model, but for values of rows that it may not see."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pymysql
import pytest
import pytest_asyncio

from libs.datasources.errors import QueryFailed
from libs.datasources.open import Connections
from libs.datasources.translate import translated
from libs.events.catalog import ColumnDescription, DataSourceChanged, TableDescription
from services.query.model.client import Model
from tests.datasources.conftest import BOX, server_settings
from tests.query import test_questions
from tests.query.knowledge_events import THEN, checkpoint, ddl, structure
from tests.query.scripted_model import ScriptedModel, scripted_model
from tests.query.test_questions import Asking

asking = test_questions.asking

PEOPLE = TableDescription(name="people", columns=(ColumnDescription(name="name", type="text"),))
_MADE = "CREATE TABLE public.people AS SELECT 'Geheimrat' AS name"
STUMBLES, MISTAKEN = "SELECT sum(cast(name AS integer)) FROM people", "SELECT surname FROM people"


@pytest_asyncio.fixture(loop_scope="session")
async def scripted(asking: Asking, postgres_url: str) -> AsyncIterator[ScriptedModel]:
    """The model of questions to a PostgreSQL database."""
    await asking.query.pool.execute(_MADE)
    connections = Connections(BOX)
    async with scripted_model() as running:
        model = Model(f"{running.url}/v1", "scripted")
        finder = replace(asking.answerer.finder, connections=connections, model=model)
        asking.answerer = replace(asking.answerer, finder=finder)
        yield running
        await model.close()
    await connections.close()


@pytest.mark.parametrize("private", [{"private_columns": ("people.name",)}, {"sample_values": False}, {}])
async def test_a_model_is_told_the_reason_but_no_private_value_that_it_quotes(
    private: dict[str, Any], asking: Asking, scripted: ScriptedModel, postgres_url: str
) -> None:
    settings = server_settings("postgresql", postgres_url).model_copy(update=private)
    await asking.consume(
        DataSourceChanged(datasource_id="s1", version=2, name="f", owner_id="o1", settings=settings, changed_at=THEN),
        structure(3, [PEOPLE]),
        checkpoint(2, [ddl(PEOPLE)], training_id="t0"),
    )
    await scripted.will(STUMBLES, MISTAKEN, STUMBLES.replace("sum", "avg"))
    answer = await asking.ask("What do they add up to?")
    await asking.ask("and of the big ones?", number=2)
    _, of_value, of_name, *later = await scripted.told()
    assert STUMBLES in of_value and 'column "surname" does not exist' in of_name
    assert (answer["outcome"], "Geheimrat" in answer["answer_text"]) == ("clarification", not private)
    assert "Conversation so far" in later[0]
    assert [("Geheimrat" in told) for told in (of_value, later[0])] == [not private] * 2


@pytest.mark.parametrize(
    ("cause", "quotes_rows"),
    [
        (pymysql.err.OperationalError(1054, "Unknown column 'surname' in 'SELECT'"), False),
        (pymysql.err.DataError(1690, "DOUBLE value is out of range in 'exp(5200)'"), True),
        (sqlite3.OperationalError("no such column: surname"), False),
        (sqlite3.OperationalError("bad JSON path: 'Geheimrat'"), True),
    ],
)
def test_errors_that_quote_rows_are_told_from_those_about_the_sql(cause: Exception, quotes_rows: bool) -> None:
    failed = translated(cause)
    assert isinstance(failed, QueryFailed) and failed.quotes_rows is quotes_rows
