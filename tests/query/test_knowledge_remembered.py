"""What was read of a dataset is read again when anything of it has changed, and not before."""

import random
from operator import is_

from libs.events.catalog import RowPolicy
from services.query.knowledge.recall import Knowledge, knowledge
from services.query.knowledge.remembered import Remembered
from services.query.knowledge.schema import Pair, Schema
from services.query.questions.scope import scope_of
from services.query.questions.withheld import without_values
from tests.query.conftest import Query
from tests.query.knowledge_events import checkpoint, dataset, datasource, ddl, pair, removed, structure, table, term

_FLIGHTS, _AIRPORTS = table("flights", "origin"), table("airports", "faa")
_POLICY = RowPolicy(table="flights", role="member", filter="origin = 'JFK'")
_CHANGES = (
    [dataset(1), dataset(2, ["flights"]), dataset(3).model_copy(update={"policies": (_POLICY,)})],
    [datasource(1), datasource(2, "other.db")],
    [structure(1, [_FLIGHTS]), structure(2, [_FLIGHTS], 1, 2), structure(2, [_AIRPORTS], 2, 2)],
    [checkpoint(1, [ddl(_FLIGHTS)]), checkpoint(2, [pair("Why?", "SELECT 1")]), checkpoint(3, [ddl(_AIRPORTS)]),
     checkpoint(4, forgotten=[ddl(_AIRPORTS).item_id])],
    [term(5), term(4, "k2"), term(6, definition="late by two hours"), term(7, "k2", deleted=True)],
    [removed(1)],
)  # fmt: skip


async def test_what_is_remembered_is_what_is_known_after_every_change_in_any_order(query: Query) -> None:
    remembered, topics = Remembered(), [list(events) for events in _CHANGES]
    differed = 0
    before: Knowledge | None = None
    while left := [events for events in topics if events]:
        await query.project(random.choice(left).pop(0))
        async with query.pool.acquire() as connection:
            found = await remembered.knowledge(connection, "d1")
            assert found == await knowledge(connection, "d1")
            assert await remembered.knowledge(connection, "d1") is found
        differed += found != before
        before = found
    assert differed > 1


async def test_a_check_without_some_pairs_is_not_mixed_up_with_what_is_known(query: Query) -> None:
    why = pair("Why?", "SELECT 1")
    await query.project(dataset(), datasource(), checkpoint(1, [ddl(_FLIGHTS), why]))
    remembered = Remembered()
    async with query.pool.acquire() as connection:
        known = await remembered.knowledge(connection, "d1")
        without = await remembered.knowledge(connection, "d1", [why.item_id])
        assert await remembered.knowledge(connection, "d1") is known
    taught = Pair("Why?", "SELECT 1", 0.0, why.item_id, "training")
    assert known and without and (known.taught, without.taught) == ((taught,), ())


async def test_the_reasoning_is_given_the_same_structure_until_it_changes(query: Query) -> None:
    await query.project(dataset(), datasource(), checkpoint(1, [ddl(_FLIGHTS)]))
    remembered = Remembered()

    async def scopes() -> list[Schema]:
        async with query.pool.acquire() as connection:
            known = await remembered.knowledge(connection, "d1")
        assert known
        withheld = without_values(known, {"flights": ("origin = 'JFK'",), "other": ("true",)})
        assert without_values(known, {"other": ("true",)}) is known and withheld is not known
        return [scope_of(known, ()).schema, scope_of(withheld, ()).schema]

    first = await scopes()
    assert all(map(is_, first, await scopes()))
    await query.project(checkpoint(2, [pair("Why?", "SELECT 1")]))
    assert all(map(is_, first, await scopes()))  # What is learned of questions leaves it as it is.
    await query.project(checkpoint(3, [ddl(_AIRPORTS)]))
    assert [table.name for table in (await scopes())[0].tables] == ["airports", "flights"]
