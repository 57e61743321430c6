"""Every interleaving of the topics that keeps the order inside each gives the same state, in both stores."""

import random
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.events.catalog import CheckpointReached, Event
from tests.interleavings import batches, interleaved
from tests.query.conftest import Query
from tests.query.knowledge_events import (
    checkpoint,
    dataset,
    datasource,
    ddl,
    pair,
    removed,
    structure,
    table,
    term,
)

QUESTIONS = ("How many?", "how many", "Which one?", "Since when?")
SQL = ("SELECT 1", "SELECT 2", "SELECT 3")
ITEMS = [pair(q, s, o) for q in QUESTIONS for s in SQL for o in ("training", "feedback")] + [
    ddl(table("flights", "origin")),
    ddl(table("airports", "faa")),
]
OTHERS: tuple[tuple[Event, ...], ...] = (
    (dataset(1), dataset(2, ["flights"])),
    (datasource(1), datasource(2, "other.db")),
    (
        structure(1, [table("flights", "origin")]),
        structure(2, [table("flights", "origin", "dest")], 1, 2),
        structure(2, [table("airports", "faa")], 2, 2),
        structure(3, [], only_test=True),
    ),
    (term(1), term(2, definition="by 15 minutes"), term(3, "k2"), term(4, "k2", deleted=True)),
)


@st.composite
def checkpoints(draw: st.DrawFn) -> list[CheckpointReached]:
    """Trainings of several generations, mixed as one partition may hold them, which often teach the same again."""
    few = draw(st.lists(st.sampled_from(ITEMS), min_size=2, max_size=5))
    events, sequences = [], {"t1": 0, "t2": 0, "f1": 0, "f2": 0}
    asked = dict(zip(sequences, draw(st.permutations(range(len(sequences)))), strict=True))
    for _ in range(draw(st.integers(1, 7))):
        training = draw(st.sampled_from(sorted(sequences)))
        sequences[training] += 1
        items = draw(st.lists(st.sampled_from(few), max_size=3))
        forgotten = draw(st.lists(st.sampled_from([item.item_id for item in few]), max_size=1))
        generation = draw(st.integers(0, 2))
        events.append(
            checkpoint(
                sequences[training],
                items,
                training_id=training,
                generation=generation,
                forgotten=forgotten,
                requested_offset=asked[training],
            )
        )
    return events


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(learned=checkpoints(), generations=st.integers(0, 2), seed=st.integers())
async def test_every_interleaving_and_every_cut_into_batches_gives_the_same_state(
    query: Query, learned: list[CheckpointReached], generations: int, seed: int
) -> None:
    chance = random.Random(seed)
    removals = [removed(generation) for generation in range(1, generations + 1)]
    topics: list[Sequence[Event]] = [learned, removals, *OTHERS]
    states = []
    for number in range(3):
        copy = f"read_{number}"
        await query.fresh_copy(copy)
        for batch in batches(interleaved(topics, chance), chance):
            await query.project_batch(batch, copy)
        states.append(await query.state(copy))
        await query.drop_copy(copy)
    assert states[0] == states[1] == states[2]
