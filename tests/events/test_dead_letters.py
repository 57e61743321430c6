"""A message that cannot be handled is set aside with its reason, and the consumer goes on with the next one."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest
import pytest_asyncio

from libs.events.catalog import FeedbackGiven, FeedbackReviewed
from libs.events.failures import CONSECUTIVE_LIMIT, TooManyDeadLetters
from libs.events.projection import Batch, Handlers
from libs.events.retry import retry
from libs.postgres.pool import Connection
from tests.events.records import encoded
from tests.events.toy import COUNTING, REVIEWING, Headers, Toy, given, note_given, toy_service, until


@pytest_asyncio.fixture(loop_scope="session")
async def toy(postgres_url: str, kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[Toy]:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING) as running:
        yield running


def _headers(**changes: bytes | None) -> Headers:
    sent: dict[str, bytes | None] = {n: v.encode() for n, v in encoded(given(9)).headers.items()}
    return list((sent | changes).items())


async def _sets_aside(toy: Toy, reason: str, value: bytes | None, headers: Headers, key: bytes = b"d-1") -> None:
    await toy.send(given(1))
    await toy.send_raw("FeedbackGiven", value, headers, key)
    await toy.send(given(2))
    (letter,) = await toy.dead_letters(1)
    assert (letter.reason, letter.service, letter.topic, letter.offset) == (reason, "toy", "FeedbackGiven", 1)
    assert (None if letter.value is None else b64decode(letter.value)) == value
    assert [(name, None if raw is None else b64decode(raw)) for name, raw in letter.headers] == list(headers)

    async def both_known() -> bool:
        return await toy.known() == {"f-d-1-1": 1, "f-d-1-2": 2}

    await until(both_known)
    assert await toy.gaps() == [("FeedbackGiven", 1, reason)]


_GOOD = encoded(given(9)).value


async def test_a_message_that_is_not_json_is_set_aside(toy: Toy) -> None:
    await _sets_aside(toy, "not_json", b"hello \xff", _headers())


async def test_a_message_without_headers_is_set_aside(toy: Toy) -> None:
    await _sets_aside(toy, "no_headers", _GOOD, [])


async def test_a_message_with_a_null_header_is_set_aside(toy: Toy) -> None:
    await _sets_aside(toy, "null_header", _GOOD, _headers(ce_time=None))


async def test_a_message_with_a_header_that_is_no_text_is_set_aside(toy: Toy) -> None:
    await _sets_aside(toy, "undecodable_header", _GOOD, _headers(ce_source=b"\xff\xfe"))


async def test_a_message_of_an_unknown_type_is_set_aside(toy: Toy) -> None:
    await _sets_aside(toy, "unknown_type", _GOOD, _headers(ce_type=b"espalier.Invented"))


async def test_a_message_of_a_future_version_is_set_aside(toy: Toy) -> None:
    urn = b"urn:espalier:schema:FeedbackGiven:2"
    await _sets_aside(toy, "future_version", _GOOD, _headers(ce_dataschema=urn))


async def test_a_message_with_a_missing_field_is_set_aside(toy: Toy) -> None:
    await _sets_aside(toy, "missing_field", b'{"dataset_id": "d-1"}', _headers())


async def test_a_tombstone_is_set_aside(toy: Toy) -> None:
    await _sets_aside(toy, "empty", None, _headers())


async def test_a_message_whose_key_is_no_text_for_the_database_is_set_aside(toy: Toy) -> None:
    await _sets_aside(toy, "not_json", b"hello", _headers(), key=b"\0\xff")


async def test_of_a_batch_only_the_event_that_its_handler_refuses_is_set_aside(toy: Toy) -> None:
    await toy.send(*(given(n, comment="poison" if n == 3 else "") for n in range(6)))
    (letter,) = await toy.dead_letters(1)
    assert (letter.reason, letter.offset, letter.detail) == ("handler_failed", 3, "ValueError in toy")

    async def others_known() -> bool:
        return set((await toy.known()).values()) == {0, 1, 2, 4, 5}

    await until(others_known)
    assert await toy.gaps() == [("FeedbackGiven", 3, "handler_failed")]


async def test_twenty_refused_in_a_row_are_set_aside_and_one_more_stops_the_consumer(toy: Toy) -> None:
    await toy.send(*(given(n, comment="poison") for n in range(CONSECUTIVE_LIMIT + 1)))
    with pytest.raises(TooManyDeadLetters):
        await asyncio.wait_for(asyncio.shield(toy.consuming), 60)
    assert len(await toy.gaps()) == CONSECUTIVE_LIMIT
    assert await toy.pool.fetchval("SELECT max(next_offset) FROM offsets") == CONSECUTIVE_LIMIT


async def test_a_database_error_that_passes_is_retried_and_nothing_is_set_aside(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    errors = [asyncpg.DeadlockDetectedError("deadlock"), ConnectionResetError("lost"), TimeoutError("slow")]

    async def note_at_the_fourth_try(connection: Connection, batch: Batch) -> None:
        await note_given(connection, batch)
        if errors:
            raise errors.pop()

    handlers = Handlers(project={FeedbackGiven: note_at_the_fourth_try})
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, handlers) as toy:
        await toy.send(given(1))

        async def known() -> bool:
            return await toy.known() == {"f-d-1-1": 1}

        await until(known)
        assert errors == []
        assert await toy.gaps() == []


async def test_a_gap_is_closed_by_handling_its_message_once_more(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, REVIEWING) as toy:
        await toy.send(given(1, comment="poison"), given(2))
        await toy.send_raw("FeedbackGiven", b"hello", [])

        async def set_aside() -> bool:
            return len(await toy.gaps()) == 2

        await until(set_aside)

        async def note(connection: Connection, batch: Batch) -> None:
            sound = [replace(one, event=one.event.model_copy(update={"comment": ""})) for one in batch]
            await note_given(connection, sound)

        mended = Handlers({**REVIEWING.project, FeedbackGiven: note}, REVIEWING.react)
        for _ in range(2):
            retried = await retry(toy.pool, "toy", toy.bootstrap, toy.prefix, mended)
        assert (retried.closed, retried.left) == (0, 1), "what is no event stays a gap"
        assert set(await toy.known()) == {"f-d-1-1", "f-d-1-2"}
        assert len(await toy.log(FeedbackReviewed, 2)) == 2, "its answer is sent too"
