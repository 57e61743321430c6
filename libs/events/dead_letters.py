"""Messages that cannot be handled are set aside with their bytes, where they came from, and why."""

from base64 import b64encode

from libs.events.catalog import DeadLettered
from libs.events.envelope import Record
from libs.postgres.pool import Connection
from libs.runtime.clock import now

_VALUE_LIMIT = 600_000
"""Bytes of a value that are kept: base64 of more would not fit into an event."""


def dead_letter(service: str, prefix: str, record: Record, reason: str, detail: str) -> DeadLettered:
    """The event that keeps `record`; `detail` never holds its payload."""
    value = record.value
    if value is not None and len(value) > _VALUE_LIMIT:
        value, detail = value[:_VALUE_LIMIT], f"{detail} (kept: the first {_VALUE_LIMIT} of {len(value)} bytes)"
    return DeadLettered(
        message_key=(record.key or b"").decode(errors="replace") or f"{record.topic}-{record.partition}",
        service=service,
        topic=record.topic.removeprefix(prefix),
        partition=record.partition,
        offset=record.offset,
        reason=reason,
        detail=detail,
        value=None if value is None else b64encode(value).decode(),
        headers=tuple((name, None if raw is None else b64encode(raw).decode()) for name, raw in record.headers),
        dead_lettered_at=now(),
    )


async def record_gap(connection: Connection, prefix: str, record: Record, reason: str) -> None:
    """Note in the read models that they lack this message."""
    await connection.execute(
        'INSERT INTO gaps (topic, partition, "offset", reason, key) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
        record.topic.removeprefix(prefix),
        record.partition,
        record.offset,
        reason,
        (record.key or b"").decode(errors="replace"),
    )
