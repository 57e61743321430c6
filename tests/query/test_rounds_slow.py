"""Queries that take their database forever, in questions with a model, are cancelled on the server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from libs.datasources.open import Connections
from libs.events.catalog import ColumnDescription, DataSourceChanged, TableDescription
from services.query.questions.database import INTERMEDIATE, LIMITS
from tests.datasources.conftest import BOX, server_settings
from tests.query import test_rounds_questions
from tests.query.knowledge_events import THEN, checkpoint, ddl, structure
from tests.query.test_questions import Asking
from tests.query.test_rounds_questions import GOOD, KNOWN, LOOK, MEANT, Ask

asking, ask, scripted = test_rounds_questions.asking, test_rounds_questions.ask, test_rounds_questions.scripted

SLOW = TableDescription(
    name="flights",
    comment="航班",
    columns=(ColumnDescription(name="origin", type="text"), ColumnDescription(name="day", type="date")),
)
_QUICK_VIEW = "CREATE OR REPLACE VIEW public.flights AS SELECT 'EWR' AS origin, now()::date AS day"
_SLOW_VIEW = f"{_QUICK_VIEW} FROM pg_sleep(3600)"
_ACTIVE = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE '%espalier_row%' AND state = 'active' AND pid <> pg_backend_pid()
"""


@pytest_asyncio.fixture(loop_scope="session")
async def slow(ask: Ask, asking: Asking, postgres_url: str) -> AsyncIterator[Ask]:
    """Questions to a PostgreSQL database whose table takes an hour to read."""
    await asking.query.pool.execute(_SLOW_VIEW)
    settings = server_settings("postgresql", postgres_url)
    connections = Connections(BOX)
    asking.answerer = replace(asking.answerer, finder=replace(asking.answerer.finder, connections=connections))
    await asking.consume(
        DataSourceChanged(datasource_id="s1", version=2, name="f", owner_id="o1", settings=settings, changed_at=THEN),
        structure(3, [SLOW]),
        checkpoint(2, [ddl(SLOW)], training_id="t0"),
    )
    yield ask
    await connections.close()


async def _until(pool: Any, running: bool) -> None:
    """Wait until the slow query runs on the server, or is gone from it."""
    async with asyncio.timeout(60):
        while bool(await pool.fetchval(_ACTIVE)) != running:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("language", "proposal"), [("zh", "较短的一段时间（flights.day）"), ("en", "a shorter period (flights.day)")]
)
async def test_a_query_that_takes_forever_is_cancelled_on_the_server_and_less_is_proposed(
    language: str, proposal: str, slow: Ask, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.query.questions.database._TO_CONCLUDE", 59.0)
    answer = await slow(KNOWN[language], GOOD, seconds=60.0, language=language)
    assert answer["outcome"] == "timed_out" and proposal in answer["answer_text"]
    assert (answer["steps"][-1]["name"], answer["steps"][-1]["status"]) == ("run", "failed")
    await _until(asking.query.pool, running=False)


@pytest.mark.parametrize("cached", [False, True])
async def test_learned_or_cached_sql_that_takes_forever_is_cancelled_and_less_is_proposed(
    cached: bool, slow: Ask, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asking.learn("How many?", "SELECT count(*) AS flights FROM flights")
    if cached:
        await asking.query.pool.execute(_QUICK_VIEW)
        assert (await slow("How many?", GOOD))["outcome"] == "answered"
        await asking.query.pool.execute("DELETE FROM cached WHERE kind = 'result'")
        await asking.query.pool.execute(_SLOW_VIEW)
    monkeypatch.setattr("services.query.questions.database._TO_CONCLUDE", 59.0)
    answer = await slow("How many?", GOOD, seconds=60.0, number=2)
    assert answer["outcome"] == "timed_out" and "a shorter period (flights.day)" in answer["answer_text"]
    steps = [(step["name"], step["status"]) for step in answer["steps"]]
    assert steps == [("sql_cache" if cached else "exact", "done"), ("run", "failed")]
    await _until(asking.query.pool, running=False)


async def test_a_question_that_is_dropped_cancels_its_query_on_the_server(
    slow: Ask, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(LIMITS, seconds=3_600.0)
    monkeypatch.setattr("services.query.questions.database.LIMITS", limits)
    answering = asyncio.create_task(slow(KNOWN["en"], GOOD, seconds=3_600.0))
    await _until(asking.query.pool, running=True)
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering
    await _until(asking.query.pool, running=False)


async def test_an_intermediate_query_that_takes_forever_leaves_the_rest_its_time(
    slow: Ask, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.query.reasoning.rounds.INTERMEDIATE", replace(INTERMEDIATE, seconds=0.5))
    answer = await slow(MEANT["zh"], LOOK, "请问您指的是哪个机场？", seconds=60.0, language="zh")
    steps = [(step["name"], step["status"]) for step in answer["steps"]]
    assert ("intermediate", "failed") in steps and answer["outcome"] == "clarification"
    await _until(asking.query.pool, running=False)
