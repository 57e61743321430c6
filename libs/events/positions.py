"""Positions in the log: how far the read models have got, and waiting until they have got somewhere."""

from collections.abc import Iterable

import asyncpg

from libs.events.envelope import Record
from libs.postgres.listen import Listener
from libs.postgres.pool import Connection
from libs.runtime.deadlines import deadline

_POLL_SECONDS = 0.5

Positions = dict[tuple[str, int], int]
"""(topic without prefix, partition) -> the next offset to be read."""


async def read_positions(connection: Connection, *, lock: Iterable[tuple[str, int]] = ()) -> Positions:
    """The positions of the copy in the search path; those in `lock` are made if missing and locked till the end."""
    wanted = sorted(set(lock))
    if not wanted:
        rows = await connection.fetch("SELECT topic, partition, next_offset FROM offsets")
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
    topics, partitions = [topic for topic, _ in wanted], [partition for _, partition in wanted]
    select = (
        "SELECT topic, partition, next_offset FROM offsets JOIN unnest($1::text[], $2::int[]) "
        "AS wanted(topic, partition) USING (topic, partition) ORDER BY topic, partition FOR UPDATE OF offsets"
    )
    rows = await connection.fetch(select, topics, partitions)
    if len(rows) < len(wanted):
        await connection.execute(
            "INSERT INTO offsets SELECT *, 0 FROM unnest($1::text[], $2::int[]) ON CONFLICT DO NOTHING",
            topics,
            partitions,
        )
        rows = await connection.fetch(select, topics, partitions)
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def advance_positions(connection: Connection, positions: Positions) -> None:
    """Store positions, and wake who waits for them when this transaction commits.

    The rows were locked by `read_positions`, so that nobody else moved them meanwhile.
    """
    await connection.execute(
        "WITH moved AS (INSERT INTO offsets SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[]) "
        "ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset) "
        "SELECT pg_notify('read', '')",
        [topic for topic, _ in positions],
        [partition for _, partition in positions],
        list(positions.values()),
    )


def after(records: Iterable[Record], prefix: str) -> Positions:
    """The positions once `records` have been handled."""
    positions: Positions = {}
    for record in records:
        place = (record.topic.removeprefix(prefix), record.partition)
        positions[place] = max(positions.get(place, 0), record.offset + 1)
    return positions


async def published_position(pool: asyncpg.Pool, listener: Listener, event_id: str, seconds: float) -> str | None:
    """`topic/partition/offset` of an event of ours once it is in the log, or None when that takes too long."""
    query = "SELECT topic, sent_partition, sent_offset FROM outbox WHERE event_id = $1 AND sent_at IS NOT NULL"
    try:
        async with deadline(seconds, "publishing an event"), listener.subscribed("sent") as wake:
            while not (row := await pool.fetchrow(query, event_id)):
                await wake.wait(_POLL_SECONDS)
    except TimeoutError:
        return None
    return f"{row['topic']}/{row['sent_partition']}/{row['sent_offset']}"


async def wait_for_position(pool: asyncpg.Pool, listener: Listener, position: str, seconds: float) -> None:
    """Wait until the read models include `position`; `ValueError` for what is none, `TimeoutError` past `seconds`."""
    topic, partition, offset = position.split("/")
    wanted = int(offset)
    query = "SELECT next_offset FROM offsets WHERE topic = $1 AND partition = $2"
    async with deadline(seconds, f"waiting for {position}"), listener.subscribed("read") as wake:
        while (await pool.fetchval(query, topic, int(partition)) or 0) <= wanted:
            await wake.wait(_POLL_SECONDS)
