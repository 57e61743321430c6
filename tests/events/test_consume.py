"""The consumer goes by where the database stands, whatever Kafka delivers."""

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from tests.events.toy import COUNTING, Toy, given, toy_service, until


async def _knows(toy: Toy, *numbers: int) -> None:
    async def known() -> bool:
        assert not toy.consuming.done(), toy.consuming.exception()
        return set((await toy.known()).values()) == set(numbers)

    await until(known)


async def _forget(bootstrap: str, place: TopicPartition, before: int) -> None:
    """Drop the beginning of the log, as a retention time does."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_records({place: RecordsToDelete(before_offset=before)})
    finally:
        await admin.close()


async def test_a_consumer_that_was_delivered_more_than_the_database_expects_reads_what_is_between(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        await toy.send(*(given(number) for number in range(5)))
        await _knows(toy, *range(5))
        # What the swap to a copy that stands further back leaves.
        async with toy.pool.acquire() as connection, connection.transaction():
            await connection.execute("DELETE FROM verdicts WHERE sequence >= 2")
            await connection.execute("UPDATE offsets SET next_offset = 2 WHERE topic = 'FeedbackGiven'")
        await toy.send(given(5))
        await _knows(toy, *range(6))


async def test_what_the_log_no_longer_holds_is_not_waited_for(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        await toy.send(*(given(number) for number in range(5)))
        await _knows(toy, *range(5))
        await _forget(kafka_bootstrap, TopicPartition(f"{topic_prefix}FeedbackGiven", 0), before=5)
        async with toy.pool.acquire() as connection, connection.transaction():
            await connection.execute("DELETE FROM verdicts WHERE sequence >= 2")
            await connection.execute("UPDATE offsets SET next_offset = 2 WHERE topic = 'FeedbackGiven'")
        await toy.send(given(5))
        await _knows(toy, 0, 1, 5)
