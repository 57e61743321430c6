"""Makes the topics of the catalogue and checks those that are there."""

import asyncio
from collections.abc import Collection

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, TopicAlreadyExistsError

from libs.events.catalog import TOPICS, Topic

_MILLISECONDS = 1000
_SECONDS, _POLL_SECONDS = 30.0, 0.05


class WrongPartitions(RuntimeError):
    """A topic has another number of partitions: subjects would be spread differently from topic to topic."""


class KafkaAway(ConnectionError):
    """No Kafka answers where the settings say that it is; it may come back."""


class TopicRefused(RuntimeError):
    """Kafka did not make a topic; the message says why."""


async def create_topics(bootstrap: str, prefix: str, partitions: int) -> None:
    """Make every topic that is missing and wait until all are there.

    Raises `WrongPartitions` when one does not fit, `TopicRefused` when Kafka makes none, `KafkaAway`, and
    `TimeoutError` after 30 s.
    """
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await client.start()
        there = set(await client.list_topics())
        missing = [topic for topic in TOPICS if prefix + topic.name not in there]
        if missing:
            made = await client.create_topics([_new_topic(topic, prefix, partitions) for topic in missing])
            _refuse(made.topic_errors)
        async with asyncio.timeout(_SECONDS):
            while not await _fit(client, prefix, partitions):
                await asyncio.sleep(_POLL_SECONDS)
    except KafkaConnectionError as error:
        raise KafkaAway(f"no Kafka answers at {bootstrap}; see ESPALIER_KAFKA_BOOTSTRAP") from error
    finally:
        await client.close()


async def partitions_of(bootstrap: str, topics: Collection[str]) -> list[TopicPartition]:
    """All partitions of `topics`, given with their prefix. A consumer does not know those it is not assigned."""
    if not topics:
        return []
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        described = await client.describe_topics(list(topics))
    finally:
        await client.close()
    return [
        TopicPartition(found["topic"], partition["partition"])
        for found in described
        for partition in found["partitions"]
    ]


def _refuse(answers: list[tuple[str, int, str | None]]) -> None:
    for topic, code, message in answers:
        # Another process may have made it at this moment.
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise TopicRefused(f"Kafka made no topic {topic} (error {code}): {message}")


def _new_topic(topic: Topic, prefix: str, partitions: int) -> NewTopic:
    keeps = -1 if topic.keeps is None else int(topic.keeps.total_seconds() * _MILLISECONDS)
    configs = {"retention.ms": str(keeps), "max.message.bytes": "1048576", "cleanup.policy": "delete"}
    if keeps > 0:
        # Only closed segments are deleted, so a segment must be much shorter than the retention.
        configs["segment.ms"] = str(keeps // 8)
    made = NewTopic(prefix + topic.name, partitions, 1, topic_configs=configs)
    made.replication_factor = -1  # The broker's default (KIP-464), which the constructor refuses.
    return made


async def _fit(client: AIOKafkaAdminClient, prefix: str, partitions: int) -> bool:
    """Whether all topics are there; a topic that was made a moment ago has no partitions to show yet."""
    found = await client.describe_topics([prefix + topic.name for topic in TOPICS])
    for topic in found:
        if topic["partitions"] and len(topic["partitions"]) != partitions:
            raise WrongPartitions(
                f"topic {topic['topic']} has {len(topic['partitions'])} partitions but {partitions} are configured; "
                "set ESPALIER_PARTITIONS to that number"
            )
    return all(topic["partitions"] for topic in found)
