"""Control requests over the real topics, in every order, again and again, late, and for trainings nobody knows yet."""

import asyncio
import contextlib
import random
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from libs.events.catalog import (
    CancelRequested,
    CheckpointReached,
    ControlRequest,
    DatasetChanged,
    DataSourceSettings,
    Event,
    PauseRequested,
    ResumeRequested,
    TrainingRequested,
)
from libs.events.envelope import decode
from libs.events.ids import new_id
from libs.runtime.clock import now
from libs.runtime.settings import Settings
from services.trainer import wiring
from tests.events.records import encoded
from tests.events.toy import until
from tests.interleavings import interleaved
from tests.trainer.events import SOURCE, requested, source, wish
from tests.trainer.support import CountingEmbedder, Trainer

_TRAININGS = 20


@dataclass
class Service:
    """The trainer's service, and the log as others see it."""

    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    prefix: str
    pool: "asyncpg.Pool[Any]"
    sent: int = 0
    checkpoints: dict[str, list[CheckpointReached]] = field(default_factory=lambda: defaultdict(list))

    async def publish(self, event: Event) -> None:
        """Put an event on the log."""
        message = encoded(event)
        headers = [(name, value.encode()) for name, value in message.headers.items()]
        await self.producer.send_and_wait(
            self.prefix + message.topic, message.value, message.key.encode(), headers=headers
        )
        self.sent += 1

    async def taken_in(self) -> None:
        """Wait until the service has read all that was published."""

        async def read() -> bool:
            return bool(await self.pool.fetchval(_READ) == self.sent)

        await until(read)

    async def ends(self, expected: dict[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
        """Where the log says that the trainings of `expected` stand, as soon as it is that, or after a while."""

        def stand() -> dict[str, tuple[str, int]]:
            last = {training_id: self.checkpoints[training_id][-1:] for training_id in expected}
            return {key: (each.status, each.control_sequence) for key, found in last.items() for each in found}

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(30):
                while stand() != expected:
                    for records in (await self.consumer.getmany(timeout_ms=20)).values():
                        for record in records:
                            event: Any = decode(record, self.prefix).event
                            self.checkpoints[event.training_id].append(event)
        return stand()


_READ = "SELECT sum(next_offset) FROM offsets WHERE topic NOT IN ('CheckpointReached', 'SchemaInspected')"


@pytest_asyncio.fixture(loop_scope="session")
async def service(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    """Run the trainer as it is put together for production, but for what makes its vectors."""
    monkeypatch.setattr(wiring, "choose_embedder", lambda _settings, **_given: CountingEmbedder())
    with sqlite3.connect(tmp_path / "shop.db") as made:
        made.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
    made.close()
    given = {
        "partitions": 2, "postgres_url": postgres_url, "kafka_bootstrap": kafka_bootstrap, "topic_prefix": topic_prefix,
        "secret_keys": Fernet.generate_key().decode(), "sqlite_folders": str(tmp_path),
    }  # fmt: skip
    async with AsyncExitStack() as stack:
        wired = await wiring.wire(Settings.model_validate(given), stack)
        tasks = [asyncio.ensure_future(start()) for start in wired.tasks.values()]
        pool = await stack.enter_async_context(
            asyncpg.create_pool(postgres_url, server_settings={"search_path": "read"})
        )
        producer = await stack.enter_async_context(AIOKafkaProducer(bootstrap_servers=kafka_bootstrap))
        reading = AIOKafkaConsumer(
            f"{topic_prefix}CheckpointReached", bootstrap_servers=kafka_bootstrap, auto_offset_reset="earliest"
        )
        running = Service(producer, await stack.enter_async_context(reading), topic_prefix, pool)
        await running.publish(source(DataSourceSettings(kind="sqlite", database=str(tmp_path / "shop.db"))))
        try:
            yield running
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@st.composite
def histories(draw: st.DrawFn) -> list[Any]:
    """What is published of a training, in any order, some of it again. As in the gateway, a cancel is the last wish."""
    kinds = draw(st.lists(st.sampled_from([PauseRequested, ResumeRequested]), max_size=4))
    kinds += draw(st.sampled_from([[], [CancelRequested]]))
    wishes = [(kind, number) for number, kind in enumerate(kinds, start=1)]
    again = draw(st.lists(st.sampled_from([TrainingRequested, *wishes]), max_size=2))
    return draw(st.permutations([TrainingRequested, *wishes, *again]))


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],  # Each example holds many: to look for a smaller one would take minutes.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(stories=st.lists(histories(), min_size=_TRAININGS, max_size=_TRAININGS), seed=st.integers())
async def test_the_request_with_the_highest_sequence_decides_whatever_the_log_holds_and_when_it_is_read(
    service: Service, stories: list[list[Any]], seed: int
) -> None:
    by_id = {new_id(): story for story in stories}
    chance = random.Random(seed)
    published = interleaved([[(each, step) for step in story] for each, story in by_id.items()], chance)
    waits = chance.sample(range(len(published)), 2)
    for number, (training_id, step) in enumerate(published):
        await service.publish(event_of(training_id, step))
        if number in waits:
            await service.taken_in()
    await service.taken_in()
    for training_id in by_id:  # Only now can any of them go on: the trainer waits for the dataset that it is about.
        await service.publish(dataset_of(training_id))
    expected = {training_id: expected_end(story) for training_id, story in by_id.items()}
    assert await service.ends(expected) == expected
    for training_id in by_id:
        reached = service.checkpoints[training_id]
        assert [each.sequence for each in reached] == list(range(1, len(reached) + 1))
        statuses = [each.status for each in reached]
        if "cancelled" in statuses:  # Whether it was known or not: it never starts, or starts again.
            assert set(statuses[statuses.index("cancelled") :]) == {"cancelled"}


def expected_end(story: list[Any]) -> tuple[str, int]:
    """The status in which a training ends, or rests, and the sequence of the request that it answers with that."""
    wishes = [step for step in story if isinstance(step, tuple)]
    kind, number = max(wishes, key=lambda wish: wish[1], default=(ResumeRequested, 0))
    return {PauseRequested: "paused", CancelRequested: "cancelled", ResumeRequested: "completed"}[kind], number


@pytest.mark.parametrize("kinds", [[ResumeRequested], [PauseRequested, ResumeRequested]])
async def test_a_training_that_was_resumed_before_anybody_knew_it_starts(
    trainer: Trainer, kinds: list[type[ControlRequest]]
) -> None:
    request = requested()
    await trainer.deliver(*(wish(kind, request.training_id, number) for number, kind in enumerate(kinds, start=1)))
    await trainer.deliver(request)
    await trainer.work()
    assert (await trainer.said())[-1].status == "completed"


def event_of(training_id: str, step: Any) -> Event:
    """The event of a step."""
    if step is TrainingRequested:
        return TrainingRequested(training_id=training_id, dataset_id=training_id, requested_at=now())
    kind, number = step
    made: Event = kind(training_id=training_id, dataset_id=training_id, control_sequence=number, requested_at=now())
    return made


def dataset_of(dataset_id: str) -> DatasetChanged:
    """The dataset of a training, which has its id."""
    return DatasetChanged(
        dataset_id=dataset_id, version=1, name="shop", owner_id="o", datasource_id=SOURCE, collection_name="c",
        changed_at=now(),
    )  # fmt: skip
