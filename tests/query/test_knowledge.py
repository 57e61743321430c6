"""What datasets know follows from the events alone, in PostgreSQL and in Chroma alike."""

from libs.knowledge.items import normalised_question, pair_id
from services.query.knowledge.recall import exact_pairs, knowledge, pairs
from tests.query.conftest import Query
from tests.query.knowledge_events import (
    checkpoint,
    dataset,
    datasource,
    ddl,
    pair,
    received,
    removed,
    structure,
    table,
    term,
    vector,
)

HOW_MANY, BUSIEST = "How many flights?", "Which airport is the busiest?"
COUNT, ORIGINS = "SELECT count(*) FROM flights", "SELECT origin FROM flights"


async def nearest(query: Query, question: str, count: int = 5) -> list[str]:
    found = await query.vectors.nearest(await query.copy(), "d1", "test", vector(question), "pair", count)
    return [near.item_id for near in found]


async def version(query: Query) -> int:
    async with query.pool.acquire() as connection:
        known = await knowledge(connection, "d1")
    assert known
    return known.version


async def test_learned_pairs_are_found_by_their_vectors_with_their_similarity(query: Query) -> None:
    await query.project(checkpoint(1, [pair(HOW_MANY, COUNT), pair(BUSIEST, ORIGINS)]))
    found = await query.vectors.nearest(await query.copy(), "d1", "test", vector(HOW_MANY), "pair", 2)
    assert [near.item_id for near in found] == [pair_id(HOW_MANY, COUNT), pair_id(BUSIEST, ORIGINS)]
    assert abs(found[0].similarity - 1) < 1e-5
    assert found[1].similarity < 0.9


async def test_a_redelivered_checkpoint_changes_nothing(query: Query) -> None:
    event = checkpoint(1, [pair(HOW_MANY, COUNT)])
    await query.project(dataset(), datasource(), event)
    before, known = await query.state(), await version(query)
    await query.project(event, event)
    assert await query.state() == before
    assert await version(query) == known


async def test_each_checkpoint_that_teaches_and_each_term_raises_the_knowledge_version(query: Query) -> None:
    await query.project(dataset(), datasource(), checkpoint(1))
    versions = [await version(query)]
    for event in (checkpoint(2, [pair(HOW_MANY, COUNT)]), term(1), term(2, deleted=True), removed(1)):
        await query.project(event)
        versions.append(await version(query))
    assert versions == [0, 1, 2, 3, 4]


async def test_a_removal_forgets_older_generations_whichever_comes_first(query: Query) -> None:
    old, new = pair(HOW_MANY, COUNT), pair(BUSIEST, ORIGINS)
    await query.project(checkpoint(1, [old]))
    await query.project(removed(1))
    await query.project(checkpoint(2, [pair("Late?", COUNT)]))
    await query.project(checkpoint(1, [new], training_id="t2", generation=1))
    assert await nearest(query, HOW_MANY) == [new.item_id]
    async with query.pool.acquire() as connection:
        assert list(await pairs(connection, "d1", [old.item_id, new.item_id])) == [new.item_id]


async def test_forgotten_items_leave_both_stores(query: Query) -> None:
    item = pair(HOW_MANY, COUNT)
    await query.project(checkpoint(1, [item, pair(BUSIEST, ORIGINS)]))
    await query.project(checkpoint(2, [], forgotten=[item.item_id]))
    assert await nearest(query, HOW_MANY) == [pair_id(BUSIEST, ORIGINS)]


async def test_a_correction_replaces_what_was_learned_for_the_same_question(query: Query) -> None:
    await query.project(checkpoint(1, [pair(HOW_MANY, COUNT), pair(BUSIEST, COUNT)]))
    corrected = pair(" how many  FLIGHTS ", "SELECT count(*) FROM flights WHERE NOT cancelled", "feedback")
    await query.project(checkpoint(1, [corrected], training_id="t2"))
    assert set(await nearest(query, HOW_MANY)) == {corrected.item_id, pair_id(BUSIEST, COUNT)}
    async with query.pool.acquire() as connection:
        assert await exact_pairs(connection, "d1", normalised_question(HOW_MANY)) == [corrected.item_id]


async def test_a_later_training_does_not_take_a_correction_back_but_a_later_correction_does(query: Query) -> None:
    first = pair(HOW_MANY, ORIGINS, "feedback")
    await query.project(checkpoint(1, [first], training_id="f1"))
    await query.project(checkpoint(1, [pair(HOW_MANY, COUNT)], training_id="t2"))
    assert await nearest(query, HOW_MANY) == [first.item_id]
    second = pair(HOW_MANY, COUNT, "feedback")
    await query.project(checkpoint(1, [second], training_id="f2"))
    assert await nearest(query, HOW_MANY) == [second.item_id]


async def test_the_tables_known_are_those_learned_with_their_newest_structure(query: Query) -> None:
    flights, airports = table("flights", "origin"), table("airports", "faa")
    await query.project(dataset(), datasource(), checkpoint(1, [ddl(flights)]))
    await query.project(structure(1, [flights]), structure(2, [table("flights", "origin", "carrier")], 1, 2))
    async with query.pool.acquire() as connection:
        half = await knowledge(connection, "d1")
        await query.project(structure(2, [airports], 2, 2), structure(3, [], only_test=True))
        whole = await knowledge(connection, "d1")
    assert half and [column.name for column in half.tables[0].columns] == ["origin"]
    assert whole and [(t.name, len(t.columns)) for t in whole.tables] == [("flights", 2)]
    assert {t.name for t in whole.database.tables} == {"flights", "airports"}


async def test_a_dropped_copy_takes_its_vectors_along_and_leaves_the_others(query: Query) -> None:
    event = checkpoint(1, [pair(HOW_MANY, COUNT)])
    await query.project(event)
    await query.fresh_copy("read_two")
    await query.project(event, schema="read_two")
    assert await query.state() == await query.state("read_two")
    await query.drop_copy("read_two")
    assert await nearest(query, HOW_MANY) == [pair_id(HOW_MANY, COUNT)]


async def test_what_is_handled_late_takes_nothing_back_that_came_after_it(query: Query) -> None:
    wrong, right = (pair(HOW_MANY, sql, "feedback") for sql in ("SELECT wrong", "SELECT right"))
    other, described = pair(BUSIEST, ORIGINS), ddl(table("flights", "origin"))
    late = [
        checkpoint(1, [wrong, described.model_copy(update={"text": "older"})], training_id="late"),
        checkpoint(2, [], training_id="late", forgotten=[other.item_id]),
    ]
    for event in late:
        received(event)  # They are before the others in the log, but could not be handled.
    await query.project(checkpoint(1, [right, other, described]))
    for event in late:
        await query.project(event)
    text = await query.pool.fetchval("SELECT text FROM items WHERE item_id = $1", described.item_id)
    assert text == described.text
    assert set(await nearest(query, HOW_MANY)) == {right.item_id, other.item_id}


async def test_pairs_of_a_paused_import_take_back_nothing_that_was_said_after_it_was_asked_for(query: Query) -> None:
    imported, corrected = (pair(HOW_MANY, sql, "feedback") for sql in ("SELECT wrong", "SELECT right"))
    other = pair(BUSIEST, ORIGINS, "feedback")
    await query.project(checkpoint(1, [corrected], training_id="correction", requested_offset=8))
    await query.project(checkpoint(4, [imported, other], training_id="import", requested_offset=7))
    assert set(await nearest(query, HOW_MANY)) == {corrected.item_id, other.item_id}
    again = checkpoint(1, [imported], training_id="again", requested_offset=9)
    await query.project(again)
    assert set(await nearest(query, HOW_MANY)) == {imported.item_id, other.item_id}
