"""Messages as Kafka would hand them out, for tests without Kafka, and a few events to put into them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from libs.events.catalog import Event, PauseRequested
from libs.events.envelope import Message, encode
from libs.events.ids import new_id

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@dataclass
class StoredRecord:
    """A record at a place in a topic."""

    topic: str
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    key: bytes | None = b"d-1"
    partition: int = 0
    offset: int = 7


def pause(**changes: Any) -> PauseRequested:
    """A request to pause with some fields changed."""
    fields: dict[str, Any] = {
        "training_id": "t-1",
        "dataset_id": "d-1",
        "control_sequence": 1,
        "requested_at": NOON,
    }
    return PauseRequested(**(fields | changes))


def encoded(event: Event, **changes: Any) -> Message:
    """An event as the gateway would send it."""
    fields: dict[str, Any] = {"source": "gateway", "event_id": new_id(), "time": NOON}
    return encode(event, **(fields | changes))


def stored(message: Message, prefix: str = "") -> StoredRecord:
    """The record that Kafka keeps of a message."""
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    return StoredRecord(prefix + message.topic, message.value, headers, message.key.encode())
