"""Questions to three query processes that are killed and frozen at random: each has one end, told in time.

Short here; `make faults` asks 1,000 questions over two minutes of it (ESPALIER_FAULTS_QUESTIONS, .._SECONDS).
"""

import asyncio
import itertools
import json
import os
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from cryptography.fernet import Fernet

from libs.events.catalog import QuestionAsked
from libs.events.ids import new_id
from libs.events.topics import create_topics
from libs.questions.deadline import GRACE
from tests.faults.gateway import Person, Told, person_at_gateway
from tests.faults.log import logged
from tests.faults.processes import Disturbed, trouble
from tests.faults.questions import asked, known, made, questions, send

QUESTIONS = int(os.environ.get("ESPALIER_FAULTS_QUESTIONS", "60"))
SECONDS = float(os.environ.get("ESPALIER_FAULTS_SECONDS", "0"))
_PROCESSES, _DATASETS, _TOO_LATE = 3, 6, 5
_COMPLETION_SECONDS = 90
_LEFT = """
SELECT (SELECT count(*) FROM core.outbox WHERE sent_at IS NULL)
    + (SELECT count(*) FROM core.work WHERE kind = 'question')
    + $1 - (SELECT count(*) FROM read.questions WHERE outcome IS NOT NULL)
"""


@pytest.mark.timeout(2 * SECONDS + _COMPLETION_SECONDS + 120)
async def test_every_question_has_one_honest_end_whatever_dies(
    postgres_url: str, kafka_bootstrap: str, chroma_url: str, topic_prefix: str, tmp_path: Path
) -> None:
    began, done, dataset_ids = time.monotonic(), Counter[str](), [new_id() for _ in range(_DATASETS)]
    await create_topics(kafka_bootstrap, topic_prefix, 4)
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, enable_idempotence=True)
    await producer.start()
    for event in await known(dataset_ids, made(tmp_path / "shop.sqlite")):
        await send(producer, topic_prefix, event)
    shared = os.environ | {
        "ESPALIER_POSTGRES_URL": postgres_url, "ESPALIER_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "ESPALIER_CHROMA_URL": chroma_url, "ESPALIER_TOPIC_PREFIX": topic_prefix, "OMP_NUM_THREADS": "1",
        "ESPALIER_SECRET_KEYS": Fernet.generate_key().decode(), "ESPALIER_SQLITE_FOLDERS": str(tmp_path),
    }  # fmt: skip
    processes: list[Disturbed] = []
    async with person_at_gateway(shared, postgres_url) as person:
        try:
            # Who answers is away until these questions' time is over.
            sent = [asked(dataset_ids[0], "How many orders are there?", -5, person.account_id)] * _TOO_LATE
            sent = [question.model_copy(update={"question_id": new_id()}) for question in sent]
            for question in sent:
                await send(producer, topic_prefix, question)
            assert {(await person.told(question)).outcome for question in sent} == {"timed_out"}
            processes = [Disturbed("query", f"query-{n}", shared, tmp_path / "logs") for n in range(_PROCESSES)]
            await _all_ended(postgres_url, _TOO_LATE)
            looking: list[asyncio.Task[Told]] = [asyncio.create_task(person.told(question)) for question in sent]
            async for question in _questions(producer, topic_prefix, dataset_ids, person, _disturbed(processes, done)):
                sent.append(question)
                looking.append(asyncio.create_task(person.told(question)))
            quiet = time.monotonic()
            await _all_ended(postgres_url, QUESTIONS)
            finished = time.monotonic()
            told = dict(zip((question.question_id for question in sent), await asyncio.gather(*looking), strict=True))
        finally:
            await producer.stop()
            await asyncio.gather(*(process.stop() for process in processes))
    figures = await _checked(kafka_bootstrap, topic_prefix, sent, told)
    times = {"seconds": round(finished - began, 1), "seconds_after_the_trouble": round(finished - quiet, 1)}
    print(json.dumps({"faults": "questions", "questions": QUESTIONS, **figures, **done, **times}))
    assert figures["answered"] > 0 and figures["unanswerable"] > 0 and figures["timed_out"] >= _TOO_LATE


async def _disturbed(processes: list[Disturbed], done: Counter[str]) -> None:
    """At random for SECONDS; in the short form one is killed while another stands still."""
    if SECONDS:
        await asyncio.gather(*(trouble(process, SECONDS, done, ("kill", "freeze")) for process in processes))
    else:
        await asyncio.gather(processes[0].kill(), processes[1].freeze())
        done.update(("kill", "freeze"))


async def _questions(
    producer: AIOKafkaProducer, prefix: str, dataset_ids: list[str], person: Person, trouble: Coroutine[Any, Any, None]
) -> AsyncIterator[QuestionAsked]:
    """The questions that are put onto the log, evenly over the time of the trouble; ends when both have ended."""
    troubled = asyncio.create_task(trouble)
    count = QUESTIONS - _TOO_LATE
    for question in itertools.islice(questions(dataset_ids, person.account_id), count):
        await send(producer, prefix, question)
        yield question
        await asyncio.sleep(max(SECONDS, 3.0) / count)
    await troubled


async def _all_ended(postgres_url: str, count: int) -> None:
    """Wait until `count` questions have an end, and all that was to be said of them is on the log."""
    async with asyncio.timeout(_COMPLETION_SECONDS):
        while await _left(postgres_url, count) != 0:
            await asyncio.sleep(0.1)


async def _left(postgres_url: str, count: int) -> int | None:
    connection = await asyncpg.connect(postgres_url)
    try:
        left: int = await connection.fetchval(_LEFT, count)
        return left
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return None  # The first process has not made its tables yet.
    finally:
        await connection.close()


async def _checked(bootstrap: str, prefix: str, sent: list[QuestionAsked], told: dict[str, Told]) -> dict[str, Any]:
    """One end of each, in time and as it was told; steps without a gap; rows of each answer. Gives figures."""
    answers = await logged(bootstrap, f"{prefix}QuestionAnswered")
    ends = {one.body["question_id"]: one for one in answers}
    assert len(answers) == len(ends) == len(sent), "each question ends once"
    for question in sent:
        end = ends[question.question_id]
        assert end.body["outcome"] == told[question.question_id].outcome
        assert end.at < question.deadline + GRACE or end.body["outcome"] == "timed_out", end
    rows = Counter(one.body["question_id"] for one in await logged(bootstrap, f"{prefix}RowsFetched"))
    answered = {question_id for question_id, end in ends.items() if end.body["outcome"] == "answered"}
    # Where rows came onto the log just in time, and the answer to them did not, there are rows without one.
    assert set(rows.values()) == {1} and answered <= rows.keys()
    steps = defaultdict(list)
    for one in await logged(bootstrap, f"{prefix}AnswerAdvanced"):
        steps[one.body["question_id"]].append(one.body["number"])
    for question_id, numbers in steps.items():
        assert numbers == list(range(1, len(numbers) + 1)), question_id
        assert len(numbers) >= len(ends[question_id].body["steps"])
    outcomes = Counter(end.body["outcome"] for end in ends.values())
    cached = sum(end.body["cached"] for end in ends.values())
    asked_in_time = sent[_TOO_LATE:]
    late_told = [told[one.question_id].late for one in asked_in_time]
    late_ends = [(ends[one.question_id].at - one.deadline).total_seconds() for one in asked_in_time]
    return {
        **outcomes, "cached": cached, **_late("told", late_told), **_late("on_the_log", late_ends)
    }  # fmt: skip


def _late(where: str, seconds: list[float]) -> dict[str, Any]:
    late = [one for one in seconds if one > 0]
    return {f"late_{where}": len(late), f"latest_{where}_seconds": round(max(late, default=0.0), 1)}
