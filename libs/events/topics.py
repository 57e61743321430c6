"""Makes the topics of the catalogue and checks those that are there."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from libs.events.catalog import TOPICS, Topic

_MILLISECONDS = 1000


class WrongPartitions(RuntimeError):
    """A topic has another number of partitions: subjects would be spread differently from topic to topic."""


async def create_topics(bootstrap: str, prefix: str, partitions: int) -> None:
    """Make every topic that is missing; raises `WrongPartitions` when one that is there does not fit."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        there = set(await client.list_topics())
        missing = [topic for topic in TOPICS if prefix + topic.name not in there]
        if missing:
            await client.create_topics([_new_topic(topic, prefix, partitions) for topic in missing])
        await _check(client, prefix, partitions)
    finally:
        await client.close()


def _new_topic(topic: Topic, prefix: str, partitions: int) -> NewTopic:
    keeps = -1 if topic.keeps is None else int(topic.keeps.total_seconds() * _MILLISECONDS)
    configs = {"retention.ms": str(keeps), "max.message.bytes": "1048576", "cleanup.policy": "delete"}
    if keeps > 0:
        # Only closed segments are deleted, so a segment must be much shorter than the retention.
        configs["segment.ms"] = str(keeps // 8)
    return NewTopic(prefix + topic.name, partitions, -1, topic_configs=configs)


async def _check(client: AIOKafkaAdminClient, prefix: str, partitions: int) -> None:
    for found in await client.describe_topics([prefix + topic.name for topic in TOPICS]):
        # A topic that another process makes at this moment has no partitions to show yet.
        if found["partitions"] and len(found["partitions"]) != partitions:
            raise WrongPartitions(
                f"topic {found['topic']} has {len(found['partitions'])} partitions but {partitions} are configured; "
                "set ESPALIER_PARTITIONS to that number"
            )
