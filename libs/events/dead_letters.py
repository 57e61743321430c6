"""Messages that cannot be handled are set aside with their bytes, where they came from, and why."""

from base64 import b64encode

from libs.events.catalog import DeadLettered
from libs.events.envelope import Record
from libs.postgres.pool import Connection
from libs.runtime.clock import now

HANDLER_FAILED = "handler_failed"
"""The reason of an event that was decoded, and that its handler refused."""

_VALUE_LIMIT, _HEADERS_LIMIT, _TEXT_LIMIT = 600_000, 10_000, 300
"""Bytes of a value, bytes of all headers, characters of a key or detail that are kept: more may not fit an event."""


def dead_letter(service: str, prefix: str, record: Record, reason: str, detail: str) -> DeadLettered:
    """The event that keeps `record`; `detail` never holds its payload."""
    value, detail = record.value, detail[:_TEXT_LIMIT]
    if value is not None and len(value) > _VALUE_LIMIT:
        value, detail = value[:_VALUE_LIMIT], f"{detail} (kept: the first {_VALUE_LIMIT} of {len(value)} bytes)"
    return DeadLettered(
        message_key=_key(record) or f"{record.topic}-{record.partition}",
        service=service,
        topic=record.topic.removeprefix(prefix),
        partition=record.partition,
        offset=record.offset,
        reason=reason,
        detail=detail,
        value=None if value is None else b64encode(value).decode(),
        headers=_headers(record),
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
        _key(record),
    )


def _key(record: Record) -> str:
    """The key as text that PostgreSQL can keep: it has no NUL."""
    return (record.key or b"").decode(errors="replace").replace("\0", "\ufffd")[:_TEXT_LIMIT]


def _headers(record: Record) -> tuple[tuple[str, str | None], ...]:
    kept: list[tuple[str, str | None]] = []
    room = _HEADERS_LIMIT
    for name, raw in record.headers:
        room -= len(name) + len(raw or b"")
        if room < 0:
            break
        kept.append((name, None if raw is None else b64encode(raw).decode()))
    return tuple(kept)
