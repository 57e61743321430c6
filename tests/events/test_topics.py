"""Topics are made once, as the catalogue says, and those that do not fit are refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from libs.events.catalog import TOPICS
from libs.events.topics import TopicRefused, WrongPartitions, create_topics


async def test_every_topic_is_there_with_its_partitions_and_retention(kafka_bootstrap: str, topic_prefix: str) -> None:
    await create_topics(kafka_bootstrap, topic_prefix, partitions=3)
    async with _admin(kafka_bootstrap) as client:
        found = await client.describe_topics([topic_prefix + topic.name for topic in TOPICS])
        assert [len(topic["partitions"]) for topic in found] == [3] * len(TOPICS)
        for topic in TOPICS:
            resource = ConfigResource(ConfigResourceType.TOPIC, topic_prefix + topic.name)
            (answer,) = await client.describe_configs([resource])
            configs = {name: value for name, value, *_ in answer.resources[0][4]}
            kept = -1 if topic.keeps is None else topic.keeps.total_seconds() * 1000
            assert int(configs["retention.ms"]) == kept
            assert configs["cleanup.policy"] == "delete"
            assert kept < 0 or int(configs["segment.ms"]) < kept


async def test_several_processes_may_make_the_topics_at_once(kafka_bootstrap: str, topic_prefix: str) -> None:
    await asyncio.gather(*(create_topics(kafka_bootstrap, topic_prefix, partitions=2) for _ in range(4)))


async def test_topics_with_another_number_of_partitions_are_refused(kafka_bootstrap: str, topic_prefix: str) -> None:
    await create_topics(kafka_bootstrap, topic_prefix, partitions=1)
    with pytest.raises(WrongPartitions, match="has 1 partitions but 2 are configured"):
        await create_topics(kafka_bootstrap, topic_prefix, partitions=2)


async def test_a_topic_that_kafka_refuses_is_an_error(kafka_bootstrap: str) -> None:
    with pytest.raises(TopicRefused, match="bad prefix"):
        await create_topics(kafka_bootstrap, "bad prefix ", partitions=1)


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()
