"""The password of a data source is in no topic, log, span or error."""

from pathlib import Path

from aiokafka import AIOKafkaConsumer

from deploy.demo.client import StepFailed
from libs.events.catalog import TOPICS
from tests.system.conftest import CANARY, Running, eventually


async def test_the_password_of_a_data_source_is_found_in_no_topic_log_span_or_error(running: Running) -> None:
    dataset_id = await running.dataset("canary")
    await running.client.post(f"/datasets/{dataset_id}/train", {"table_names": ["customers", "orders"]})
    await running.until(dataset_id, "completed")
    await running.client.post("/chat/", {"dataset_id": dataset_id, "question": "How many orders are there?"})
    errors = await _provoked_errors(running)

    messages = await _all_messages(running)
    assert len(messages) > 20, "the search must have something to search"
    assert not any(CANARY.encode() in message for message in messages)
    logs = list(Path(running.stack.home).rglob("*.log"))
    assert logs and not any(CANARY.encode() in path.read_bytes() for path in logs)
    await eventually(lambda: _truth(running.spans.received), 30)
    assert not any(CANARY.encode() in body for body in running.spans.received)
    assert errors and not any(CANARY in error for error in errors)


async def _truth(value: object) -> bool:
    return bool(value)


async def _provoked_errors(running: Running) -> list[str]:
    """Errors of wrong addresses and logins, each sent with the canary as the password."""
    errors = []
    good = {"name": "x", "kind": "postgresql", "host": "127.0.0.1", "port": 1, "database": "nothing",
            "username": "nobody", "password": CANARY}  # fmt: skip
    for change in ({}, {"host": "no.such.host.invalid"}, {"port": "not a port"}):
        try:
            errors.append(str(await running.client.post("/datasources/test", good | change)))
        except StepFailed as error:
            errors.append(str(error))
    return errors


async def _all_messages(running: Running) -> list[bytes]:
    prefix = running.stack.environment("trainer")["ESPALIER_TOPIC_PREFIX"]
    consumer = AIOKafkaConsumer(
        *(prefix + topic.name for topic in TOPICS),
        bootstrap_servers=running.infrastructure.kafka_bootstrap,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    found = []
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    headers = b" ".join(value or b"" for _, value in record.headers)
                    found.append((record.key or b"") + (record.value or b"") + headers)
    finally:
        await consumer.stop()
    return found
