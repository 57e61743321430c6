"""The relay sends what was committed, in order per subject, and an event that a dead relay sent is not sent again."""

import asyncio
import contextlib
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient

from libs.events.catalog import FeedbackGiven, FeedbackReviewed
from libs.events.ids import new_id
from libs.events.positions import published_position
from libs.events.producer import LeasedProducer
from libs.events.relay import Relay
from libs.events.transaction import Late, transaction
from libs.runtime.clock import now
from tests.events.records import NOON
from tests.events.toy import COUNTING, REVIEWING, Toy, given, toy_service, until

_SUBJECTS = 7
_LEASES = "SELECT epoch, expires_at FROM work WHERE kind = 'outbox' ORDER BY subject"


async def _publish(toy: Toy, numbers: range, late_after: datetime | None = None) -> list[str]:
    """Verdicts of several datasets in one transaction each, as the gateway would; gives their ids."""
    ids = []
    for number in numbers:
        async with transaction(toy.pool, "toy") as opened:
            event = given(number, f"d-{number % _SUBJECTS}")
            late = Late(late_after, event.model_copy(update={"comment": "late"})) if late_after else None
            ids.append(opened.publish(event, late=late))
    return ids


async def _run_relay(toy: Toy, stop_when_sent: int) -> None:
    relay = asyncio.create_task(Relay(toy.pool, toy.listener, toy.bootstrap, toy.prefix).run())

    async def sent() -> bool:
        return bool(await toy.pool.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL") >= stop_when_sent)

    try:
        await until(sent)
    finally:
        relay.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await relay


async def test_what_was_committed_is_sent_in_order_per_subject(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING) as toy:
        ids = await _publish(toy, range(60), now() + timedelta(hours=1))
        received = await toy.log(FeedbackGiven, 60)
        assert {one.event.comment for one in received} == {""}  # None was late.
        assert {one.event_id for one in received} == set(ids)
        for subject in range(_SUBJECTS):
            sequences = [one.event.sequence for one in received if one.event.dataset_id == f"d-{subject}"]
            assert sequences == sorted(sequences)
            assert len(sequences) >= 8


async def test_what_was_rolled_back_is_never_sent(postgres_url: str, kafka_bootstrap: str, topic_prefix: str) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING) as toy:
        with contextlib.suppress(RuntimeError):
            async with transaction(toy.pool, "toy") as opened:
                opened.publish(given(1))
                raise RuntimeError("changed our mind")
        await _publish(toy, range(2, 3))
        (received,) = await toy.log(FeedbackGiven, 1)
        assert received.event.sequence == 2


async def test_events_that_a_killed_relay_sent_but_did_not_mark_are_found_and_not_sent_again(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        await _publish(toy, range(20))
        await _run_relay(toy, stop_when_sent=20)
        acknowledged = await toy.pool.fetch("SELECT shard, next_offset FROM outbox_acknowledged")
        await _publish(toy, range(20, 50))
        await _run_relay(toy, stop_when_sent=50)
        # What a kill between sending and marking leaves: events in the log, neither marked nor acknowledged. They
        # were made on a machine whose clock is ahead of that of the one that sent them.
        await toy.pool.execute(
            "UPDATE outbox SET sent_at = NULL, sent_partition = NULL, sent_offset = NULL, "
            "headers = headers || jsonb_build_object('ce_time', now() + interval '5 minutes') "
            "WHERE id > (SELECT min(id) + 19 FROM outbox)"
        )
        await toy.pool.executemany("UPDATE outbox_acknowledged SET next_offset = $2 WHERE shard = $1", acknowledged)
        ids = await _publish(toy, range(50, 60))
        await _run_relay(toy, stop_when_sent=60)
        received = await toy.log(FeedbackGiven, 60)
        assert {one.event_id for one in received} >= set(ids)
        assert Counter(one.event_id for one in received).most_common(1)[0][1] == 1
        places = await toy.pool.fetch("SELECT event_id::text AS id, sent_offset FROM outbox")
        assert {row["id"]: row["sent_offset"] for row in places} == {one.event_id: one.offset for one in received}


async def test_handling_an_event_again_sends_its_effect_once(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, REVIEWING) as toy:
        await toy.send(given(1))
        (first,) = await toy.log(FeedbackReviewed, 1)
        await toy.pool.execute("UPDATE offsets SET next_offset = 0 WHERE topic = 'FeedbackGiven'")
        await toy.send(given(2))
        both = await toy.log(FeedbackReviewed, 2)
        assert both[0].event_id == first.event_id
        assert [one.event.sequence for one in both] == [1, 2]


async def test_an_effect_carries_its_cause_and_correlation(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, REVIEWING) as toy:
        await toy.send(given(1))
        (cause,) = await toy.log(FeedbackGiven, 1)
        (effect,) = await toy.log(FeedbackReviewed, 1)
        assert effect.correlation_id == cause.event_id
        headers = await toy.pool.fetchval("SELECT headers FROM outbox WHERE event_id = $1", effect.event_id)
        assert headers["ce_causationid"] == cause.event_id


async def test_the_position_of_an_event_is_known_once_it_is_in_the_log(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        (event_id,) = await _publish(toy, range(1))
        assert await published_position(toy.pool, toy.listener, event_id, 0.05) is None
        await _run_relay(toy, stop_when_sent=1)
        assert await published_position(toy.pool, toy.listener, event_id, 10) == "FeedbackGiven/0/0"
        assert await published_position(toy.pool, toy.listener, new_id(), 0.05) is None
        assert (await toy.log(FeedbackGiven, 1))[0].event.given_at == NOON


class SlowProducer(LeasedProducer):
    """One that keeps what it was given until it is let go, as one does whose server is slow."""

    taken = 0
    let_go: asyncio.Event

    async def send(self, *message: Any, **options: Any) -> Any:
        SlowProducer.taken += 1
        return asyncio.shield(asyncio.create_task(self._keep(*message, **options)))

    async def _keep(self, *message: Any, **options: Any) -> Any:
        await self.let_go.wait()
        return await (await super().send(*message, **options))


async def test_a_relay_that_is_stopped_keeps_its_lease_until_what_it_sent_is_marked(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wait in ("libs.events.relay._SETTLE_SECONDS", "libs.leases.worker._ASK_AGAIN_SECONDS"):
        monkeypatch.setattr(wait, 60.0)
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        ids = await _publish(toy, range(20))
        monkeypatch.setattr("libs.events.producer.LeasedProducer", SlowProducer)
        SlowProducer.taken, SlowProducer.let_go = 0, asyncio.Event()
        relay = Relay(toy.pool, toy.listener, toy.bootstrap, toy.prefix, 60)
        stopping = asyncio.create_task(relay.run())

        async def all_taken() -> bool:
            return SlowProducer.taken == len(ids)

        await until(all_taken)
        stopping.cancel()
        leases = await toy.pool.fetch(_LEASES)

        async def renewed() -> bool:
            assert not stopping.done()
            now = await toy.pool.fetch(_LEASES)
            return all(new["expires_at"] > old["expires_at"] for old, new in zip(leases, now, strict=True))

        await until(renewed)
        SlowProducer.let_go.set()
        await asyncio.gather(stopping, return_exceptions=True)
        assert await toy.pool.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0
        received = await toy.log(FeedbackGiven, len(ids))
        assert Counter(one.event_id for one in received) == Counter(ids)


class FrozenProducer(LeasedProducer):
    """One whose process is frozen for an hour when a request is about to leave."""

    frozen = 0

    async def send(self, *message: Any, **options: Any) -> Any:
        self.client.ready = self._freeze
        return await super().send(*message, **options)

    async def _freeze(self, node: int, **group: Any) -> bool:
        ready = await AIOKafkaClient.ready(self.client, node, **group)
        FrozenProducer.frozen += 1
        return bool(ready)

    @classmethod
    def monotonic(cls) -> float:
        """The clock when it wakes up."""
        return time.monotonic() + 3_600 * cls.frozen


@pytest.mark.parametrize(("lease_seconds", "late"), [(4.0, ""), (100_000.0, "late")])
async def test_what_a_frozen_relay_was_about_to_send_never_leaves(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch,
    lease_seconds: float, late: str,
) -> None:  # fmt: skip
    """Because its lease is over, or because what it was about to send has become late meanwhile."""
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        ids = await _publish(toy, range(20), now() + timedelta(minutes=30) if late else None)
        with monkeypatch.context() as frozen:
            FrozenProducer.frozen = 0
            frozen.setattr("libs.events.producer.LeasedProducer", FrozenProducer)
            frozen.setattr("libs.events.relay.time", FrozenProducer)
            relay = Relay(toy.pool, toy.listener, toy.bootstrap, toy.prefix, lease_seconds)
            relaying = asyncio.create_task(relay.run())

            async def about_to_send() -> bool:
                return FrozenProducer.frozen > 0

            await until(about_to_send)
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)
        assert await toy.pool.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL") == 0
        await toy.pool.execute("UPDATE outbox SET late_after = now() WHERE late_after IS NOT NULL")
        await _run_relay(toy, stop_when_sent=len(ids))
        received = await toy.log(FeedbackGiven, len(ids))
        assert Counter(one.event_id for one in received) == Counter(ids)
        assert min(one.offset for one in received) == 0
        assert {one.event.comment for one in received} == {late}


class ForgetfulProducer(LeasedProducer):
    """One whose server keeps what it gets, and of whose first answers one is lost."""

    taken = 0

    async def send(self, *message: Any, **options: Any) -> Any:
        ForgetfulProducer.taken += 1
        sent = await super().send(*message, **options)
        return self._forget(sent) if ForgetfulProducer.taken == 5 else sent

    async def _forget(self, sent: Any) -> None:
        await sent
        raise TimeoutError("no answer")


async def test_an_event_whose_acknowledgement_was_lost_is_looked_for_and_not_sent_again(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.events.producer.LeasedProducer", ForgetfulProducer)
    ForgetfulProducer.taken = 0
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        ids = await _publish(toy, range(20))
        await _run_relay(toy, stop_when_sent=len(ids))
        received = await toy.log(FeedbackGiven, len(ids))
        assert Counter(one.event_id for one in received) == Counter(ids)
