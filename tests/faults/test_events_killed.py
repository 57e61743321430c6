"""5,000 events through {consume -> state -> outbox -> consume} while both processes are killed at random."""

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.local.postgres import create_database
from libs.events.catalog import FeedbackGiven
from libs.events.envelope import encode
from libs.events.ids import new_id
from libs.events.topics import create_topics
from libs.runtime.clock import now
from tests.faults.log import logged

EVENTS, SUBJECTS, KILLS = 5_000, 40, 10


class Stage:
    """One of the two processes, started again whenever it is gone."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name, self._environment = name, environment
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.pipeline",
            self.name,
            env=self._environment,
            cwd=Path(__file__).parents[2],
        )

    async def end(self, number: int) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        await self.process.wait()


async def _send(bootstrap: str, prefix: str) -> dict[str, tuple[int, int]]:
    """Send the events a little at a time; gives (count, sum of sequences) per subject, computed on the way."""
    expected: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    subjects = [new_id() for _ in range(SUBJECTS)]
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True)
    await producer.start()
    try:
        for sequence in range(EVENTS):
            subject = random.choice(subjects)
            given = FeedbackGiven(
                feedback_id=new_id(), dataset_id=subject, sequence=sequence, question="q", rating=1, given_at=now()
            )
            message = encode(given, source="gateway", event_id=new_id(), time=now())
            headers = [(name, value.encode()) for name, value in message.headers.items()]
            await producer.send(prefix + message.topic, message.value, key=subject.encode(), headers=headers)
            expected[subject][0] += 1
            expected[subject][1] += sequence
            if sequence % 100 == 0:
                await producer.flush()
                await asyncio.sleep(0.05)
        await producer.flush()
    finally:
        await producer.stop()
    return {subject: (events, total) for subject, (events, total) in expected.items()}


async def _counts(url: str) -> dict[str, tuple[int, int]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT dataset_id, events, sequences FROM read.counts")
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return {}
    finally:
        await connection.close()
    return {row["dataset_id"]: (row["events"], row["sequences"]) for row in rows}


async def _ids_in_log(bootstrap: str, topic: str) -> Counter[str]:
    return Counter(one.event_id for one in await logged(bootstrap, topic))


async def test_no_event_is_lost_and_none_counts_twice_while_both_processes_are_killed(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    second_url = await create_database(postgres_url, postgres_url.rsplit("/", 1)[-1] + "_second")
    await create_topics(kafka_bootstrap, topic_prefix, 4)
    stages = [
        Stage(
            name,
            os.environ | {"PIPELINE_KAFKA": kafka_bootstrap, "PIPELINE_PREFIX": topic_prefix, "PIPELINE_POSTGRES": url},
        )
        for name, url in (("first", postgres_url), ("second", second_url))
    ]
    for stage in stages:
        await stage.start()
    try:
        sending = asyncio.create_task(_send(kafka_bootstrap, topic_prefix))
        for kill in range(KILLS):
            await asyncio.sleep(random.uniform(0.2, 2.5))
            stage = stages[kill % 2]
            await stage.end(signal.SIGKILL)
            await stage.start()
        expected = await sending
        ends = time.monotonic() + 60
        while await _counts(second_url) != expected and time.monotonic() < ends:
            await asyncio.sleep(0.1)
        inputs = await _ids_in_log(kafka_bootstrap, topic_prefix + "FeedbackGiven")
        assert (len(inputs), inputs.total()) == (EVENTS, EVENTS), "what was sent is what the log holds"
        assert await _counts(postgres_url) == expected
        assert await _counts(second_url) == expected
    finally:
        for stage in stages:
            await stage.end(signal.SIGKILL)
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(f'DROP DATABASE "{second_url.rsplit("/", 1)[-1]}" WITH (FORCE)')
        await connection.close()
    outputs = await _ids_in_log(kafka_bootstrap, topic_prefix + "FeedbackReviewed")
    assert len(outputs) == EVENTS
    assert [event_id for event_id, times in outputs.items() if times > 1] == []
