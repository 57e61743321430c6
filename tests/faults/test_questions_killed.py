"""Questions to three query processes that are killed and frozen at random: each has one end, honest and in time.

Short here; `make faults` asks 1,000 questions over two minutes of it (ESPALIER_FAULTS_QUESTIONS, .._SECONDS).
"""

import asyncio
import json
import os
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from cryptography.fernet import Fernet

from libs.events.catalog import QuestionAsked
from libs.events.ids import new_id
from libs.events.topics import create_topics
from tests.faults.log import logged
from tests.faults.processes import Disturbed, trouble
from tests.faults.questions import asked, known, made, questions, send

QUESTIONS = int(os.environ.get("ESPALIER_FAULTS_QUESTIONS", "60"))
SECONDS = float(os.environ.get("ESPALIER_FAULTS_SECONDS", "0"))
_PROCESSES, _DATASETS, _TOO_LATE = 3, 6, 5
_LATE = timedelta(seconds=4)
"""How late an answer may be: as long as a frozen process may keep its lease. What ends later must say that it is late;
how much later depends on how long processes were away, and is among the figures, not checked."""
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
    # Nobody is there to answer before these questions' time is over.
    told = [asked(dataset_ids[0], "How many orders are there?", seconds=-1) for _ in range(_TOO_LATE)]
    for question in told:
        await send(producer, topic_prefix, question)
    shared = os.environ | {
        "ESPALIER_POSTGRES_URL": postgres_url, "ESPALIER_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "ESPALIER_CHROMA_URL": chroma_url, "ESPALIER_TOPIC_PREFIX": topic_prefix, "OMP_NUM_THREADS": "1",
        "ESPALIER_SECRET_KEYS": Fernet.generate_key().decode(), "ESPALIER_SQLITE_FOLDERS": str(tmp_path),
    }  # fmt: skip
    processes = [Disturbed("query", f"query-{n}", shared, tmp_path / "logs") for n in range(_PROCESSES)]
    try:
        await _all_ended(postgres_url, _TOO_LATE)
        _, sent = await asyncio.gather(
            _disturbed(processes, done), _asked(producer, topic_prefix, dataset_ids, QUESTIONS - _TOO_LATE)
        )
        told += sent
        quiet = time.monotonic()
        await _all_ended(postgres_url, QUESTIONS)
        finished = time.monotonic()
    finally:
        await producer.stop()
        await asyncio.gather(*(process.stop() for process in processes))
    figures = await _checked(kafka_bootstrap, topic_prefix, told)
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


async def _asked(producer: AIOKafkaProducer, prefix: str, dataset_ids: list[str], count: int) -> list[QuestionAsked]:
    """Ask `count` questions, evenly over the time of the trouble."""
    sent: list[QuestionAsked] = []
    for question in questions(dataset_ids):
        if len(sent) == count:
            break
        await send(producer, prefix, question)
        sent.append(question)
        await asyncio.sleep(max(SECONDS, 3.0) / count)
    return sent


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


async def _checked(bootstrap: str, prefix: str, told: list[QuestionAsked]) -> dict[str, Any]:
    """One end of each, in time or honest about it; steps without a gap; rows of answers only. Gives figures."""
    answers = await logged(bootstrap, f"{prefix}QuestionAnswered")
    ends = {one.body["question_id"]: one.body for one in answers}
    assert len(answers) == len(ends) == len(told), "each question ends once"
    late = []
    for question in told:
        end = ends[question.question_id]
        lateness = datetime.fromisoformat(end["answered_at"]) - question.deadline
        late.append(lateness.total_seconds())
        assert lateness < _LATE or end["outcome"] in ("timed_out", "failed"), end
    rows = Counter(one.body["question_id"] for one in await logged(bootstrap, f"{prefix}RowsFetched"))
    assert rows == Counter(one for one, end in ends.items() if end["outcome"] == "answered")
    steps = defaultdict(list)
    for one in await logged(bootstrap, f"{prefix}AnswerAdvanced"):
        steps[one.body["question_id"]].append(one.body["number"])
    for question_id, numbers in steps.items():
        assert numbers == list(range(1, len(numbers) + 1)), question_id
        assert len(numbers) >= len(ends[question_id]["steps"])
    outcomes = Counter(end["outcome"] for end in ends.values())
    cached = sum(end["cached"] for end in ends.values())
    in_time = [one for one in late[_TOO_LATE:] if one > 0]
    return {**outcomes, "cached": cached, "late": len(in_time), "latest_seconds": round(max(in_time, default=0.0), 1)}
