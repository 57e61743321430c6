"""An outside consumer that shares no code with us follows a training by the published contract alone."""

import asyncio
import sys
from pathlib import Path

from aiokafka import AIOKafkaProducer

from libs.events.catalog import CheckpointReached, Event, TrainingStatus
from libs.events.ids import new_id
from libs.events.topics import create_topics
from tests.events.records import NOON, encoded

_DOCS = Path(__file__).parents[2] / "docs"
_SCRIPT = _DOCS / "examples" / "follow_training.py"
_SECONDS = 30


def checkpoint(training_id: str, sequence: int, status: TrainingStatus, progress: float) -> CheckpointReached:
    return CheckpointReached(
        training_id=training_id,
        dataset_id="d-1",
        sequence=sequence,
        status=status,
        progress=progress,
        message=f"checkpoint {sequence}",
        reached_at=NOON,
    )


async def _send(bootstrap: str, prefix: str, events: list[Event]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for event in events:
            message = encoded(event)
            headers = [(name, value.encode()) for name, value in message.headers.items()]
            await producer.send_and_wait(prefix + message.topic, message.value, message.key.encode(), headers=headers)


async def _follow(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(_SCRIPT), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError:
        process.kill()
        raise
    return process.returncode or 0, output.decode(), errors.decode()


async def test_it_prints_each_checkpoint_of_its_training_and_ends_with_it(
    kafka_bootstrap: str, topic_prefix: str
) -> None:
    await create_topics(kafka_bootstrap, topic_prefix, partitions=1)
    training, other = new_id(), new_id()
    events: list[Event] = [
        checkpoint(training, 1, "pending", 0),
        checkpoint(other, 1, "training", 50),
        checkpoint(training, 2, "training", 40),
        checkpoint(training, 3, "completed", 100),
        checkpoint(training, 4, "completed", 100),
    ]
    await _send(kafka_bootstrap, topic_prefix, events)
    code, output, errors = await _follow(kafka_bootstrap, training, topic_prefix)
    assert code == 0, errors
    assert [line.split(" ", 1)[1] for line in output.splitlines()] == [
        "pending 0 % checkpoint 1",
        "training 40 % checkpoint 2",
        "completed 100 % checkpoint 3",
    ]


async def test_it_fails_on_an_event_that_does_not_fit_the_published_schema(
    kafka_bootstrap: str, topic_prefix: str
) -> None:
    await create_topics(kafka_bootstrap, topic_prefix, partitions=1)
    wrong = checkpoint("t", 1, "training", 0).model_copy(update={"progress": 130.0})
    await _send(kafka_bootstrap, topic_prefix, [wrong])
    code, _, errors = await _follow(kafka_bootstrap, "t", topic_prefix)
    assert code != 0
    assert "130.0 is greater than the maximum of 100" in errors


def test_the_page_shows_exactly_the_program() -> None:
    shown = (_DOCS / "consume-events.md").read_text().split("```python\n")[1].split("```")[0]
    assert shown == _SCRIPT.read_text()


def test_the_program_has_thirty_lines_and_none_of_our_code() -> None:
    program = _SCRIPT.read_text()
    assert len(program.splitlines()) <= 32
    assert "import libs" not in program
    assert "from libs" not in program
