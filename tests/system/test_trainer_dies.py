"""A trainer that is killed or frozen costs seconds, never a training, and learns nothing twice."""

import json
import signal
from collections import Counter
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer

from tests.system.conftest import Running, eventually


async def checkpoints_of(running: Running, training_id: str) -> list[dict[str, Any]]:
    """What the log holds of a training, each with the id of its event."""
    prefix = running.stack.environment("trainer")["ESPALIER_TOPIC_PREFIX"]
    consumer = AIOKafkaConsumer(
        prefix + "CheckpointReached",
        bootstrap_servers=running.infrastructure.kafka_bootstrap,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4_194_304,
    )
    await consumer.start()
    found: list[dict[str, Any]] = []
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    identity = dict(record.headers)["ce_id"].decode()
                    found.append(json.loads(record.value) | {"event_id": identity})
    finally:
        await consumer.stop()
    return [checkpoint for checkpoint in found if checkpoint["training_id"] == training_id]


async def _begun(running: Running, name: str, numbers: range) -> tuple[str, str]:
    """A training that has learned something and has seconds to go: none of its texts were ever embedded before."""
    connection = await asyncpg.connect(running.database_url)
    for number in numbers:
        await connection.execute(f"COMMENT ON TABLE archive_{number} IS 'Archive {number} of {name}'")
    await connection.close()
    dataset_id, tables = await running.dataset(name), [f"archive_{number}" for number in numbers]
    started = await running.client.post(f"/datasets/{dataset_id}/train", {"table_names": tables})

    async def some_learned() -> bool:
        progress = await running.client.get(f"/datasets/{dataset_id}/training/progress")
        return bool(progress["status"] == "training" and progress["process_rate"] > 12)

    await eventually(some_learned)
    return dataset_id, str(started["training_id"])


def assert_whole(checkpoints: list[dict[str, Any]]) -> None:
    """Each event once, none missing, nothing learned twice, and progress that never goes back."""
    identities = Counter(checkpoint["event_id"] for checkpoint in checkpoints)
    assert [identity for identity, times in identities.items() if times > 1] == [], "the log holds each event once"
    sequences = [checkpoint["sequence"] for checkpoint in checkpoints]
    assert sequences == list(range(1, len(sequences) + 1)), "no checkpoint is missing, doubled or out of order"
    items = Counter(item["item_id"] for checkpoint in checkpoints for item in checkpoint["items"])
    assert [item for item, times in items.items() if times > 1] == []
    rates = [checkpoint["progress"] for checkpoint in checkpoints]
    assert rates == sorted(rates), "progress never goes backwards"


async def test_a_killed_trainers_training_goes_on_with_a_higher_epoch(running: Running) -> None:
    dataset_id, training_id = await _begun(running, "killed", range(20))
    running.stack.kill("trainer", signal.SIGKILL)
    await running.until(dataset_id, "completed", seconds=90)
    checkpoints = await checkpoints_of(running, training_id)
    assert_whole(checkpoints)
    assert max(c["epoch"] for c in checkpoints) > min(c["epoch"] for c in checkpoints if c["epoch"])


async def test_a_frozen_trainer_that_wakes_after_take_over_writes_nothing(running: Running) -> None:
    dataset_id, training_id = await _begun(running, "frozen", range(20, 40))
    running.stack.kill("trainer", signal.SIGSTOP)
    other = await running.stack.start_another("trainer")
    try:

        async def taken_over() -> bool:
            checkpoints = await checkpoints_of(running, training_id)
            return len({c["epoch"] for c in checkpoints if c["epoch"]}) > 1

        await eventually(taken_over, 30)
        running.stack.kill("trainer", signal.SIGCONT)
        await running.until(dataset_id, "completed", seconds=90)
    finally:
        running.stack.kill("trainer", signal.SIGCONT)
        await other.stop()
    checkpoints = await checkpoints_of(running, training_id)
    assert_whole(checkpoints)
    epochs = [c["epoch"] for c in checkpoints if c["epoch"]]
    assert epochs == sorted(epochs), "after the take-over the old epoch says nothing more"
