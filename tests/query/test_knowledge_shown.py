"""What a dataset is shown to know (gateway) is what its questions are answered with (query), and is what counts."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings

from libs.events.catalog import CheckpointReached, Event
from libs.events.envelope import Received
from libs.events.ids import new_id
from libs.knowledge.items import normalised_question
from services.gateway.projections import HANDLERS
from services.gateway.schemas import SCHEMAS
from tests.query.conftest import Query
from tests.query.knowledge_events import checkpoint, pair, received, removed
from tests.query.test_knowledge_interleavings import checkpoints

_KNOWN = "SELECT item_id, origin FROM query_copy.items WHERE dataset_id = 'd1'"
_SHOWN = "SELECT item_id, origin FROM gateway_copy.known_items WHERE dataset_id = 'd1' AND generation = $1"

X, Y = (pair("How many?", sql, "feedback") for sql in ("SELECT 1", "SELECT 2"))
GENERATED = pair("How many?", "SELECT 1")
OTHER = pair("Since when?", "SELECT 3")


@pytest_asyncio.fixture(loop_scope="session")
async def both(query: Query) -> AsyncIterator[Query]:
    yield query
    await query.pool.execute("DROP SCHEMA IF EXISTS gateway_copy CASCADE")


async def _known(both: Query, heard: Sequence[Received[Any]], generation: int = 0) -> set[tuple[str, str]]:
    """The items that both services hold after `heard`, each in fresh read models, with their origins."""
    await both.fresh_copy("query_copy")
    async with both.pool.acquire() as connection:
        await connection.execute("CREATE SCHEMA gateway_copy; SET search_path = gateway_copy, core")
        try:
            for path in SCHEMAS.read:
                await connection.execute(path.read_text())
            for name, handlers in (("gateway_copy", HANDLERS), ("query_copy", both.handlers)):
                await connection.execute(f"SET search_path = {name}, core")
                for each in heard:
                    async with connection.transaction():
                        await handlers.apply_projections(connection, [each])
            known = {(row["item_id"], row["origin"]) for row in await connection.fetch(_KNOWN)}
            shown = {(row["item_id"], row["origin"]) for row in await connection.fetch(_SHOWN, generation)}
        finally:
            await connection.execute("SET search_path = read, core; DROP SCHEMA gateway_copy CASCADE")
            await both.drop_copy("query_copy")
    assert known == shown
    return known


def _at(offset: int, event: Event) -> Received[Any]:
    return Received(event, new_id(), new_id(), None, type(event).__name__, 0, offset)


def _said(offset: int, item: Any, asked: int) -> Received[Any]:
    """A pair that is learned at `offset`, as a person asked for it at `asked`."""
    return _at(offset, checkpoint(1, [item], training_id=f"t{offset}", requested_offset=asked))


def _forgets(offset: int, item: Any) -> Received[Any]:
    return _at(offset, checkpoint(1, training_id=f"t{offset}", forgotten=[item.item_id]))


@pytest.mark.parametrize(
    ("heard", "known"),
    [
        ([_said(1, X, 5), _said(2, X, 7), _said(3, Y, 6)], {X}),
        ([_said(1, X, 7), _said(2, X, 5), _said(3, Y, 6)], {X}),
        ([_said(2, X, 5), _said(1, X, 7), _said(3, Y, 6)], {X}),
        ([_said(1, X, 5), _said(2, Y, 6), _said(3, X, 7)], {X}),
        ([_said(1, X, 5), _said(2, Y, 7), _said(3, X, 6)], {Y}),
        ([_said(2, GENERATED, 9), _said(1, X, 5)], {X}),
        ([_said(1, X, 5), _said(2, GENERATED, 9)], {X}),
        ([_said(1, OTHER, 1), _forgets(2, OTHER)], set()),
        ([_said(2, OTHER, 1), _forgets(1, OTHER)], {OTHER}),
        ([_said(1, X, 5), _forgets(2, X)], {X}),
        ([_said(1, GENERATED, 1), _said(2, X, 5), _forgets(3, GENERATED)], {X}),
    ],
)  # fmt: skip
async def test_the_last_word_of_a_person_counts_whenever_it_is_learned(
    both: Query, heard: list[Received[Any]], known: set[Any]
) -> None:
    assert await _known(both, heard) == {(item.item_id, item.origin) for item in known}


def _gives_one_answer_to_each_question(event: CheckpointReached) -> bool:
    """As what is asked for: an import with two is refused, and feedback gives one pair."""
    given = [normalised_question(item.question or "") for item in event.items if item.origin == "feedback"]
    return len(given) == len(set(given))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(learned=checkpoints().filter(lambda learned: all(map(_gives_one_answer_to_each_question, learned))))
async def test_what_is_shown_is_what_is_known(both: Query, learned: list[CheckpointReached]) -> None:
    await _known(both, [received(event) for event in (*learned, removed(2))], generation=2)
