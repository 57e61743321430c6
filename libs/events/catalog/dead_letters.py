"""What could not be handled."""

from datetime import datetime
from typing import ClassVar

from libs.events.catalog.values import Event


class DeadLettered(Event):
    """A message that could not be handled: its bytes and headers as they were (base64), where it was, and why."""

    key_field: ClassVar[str] = "message_key"
    message_key: str
    service: str
    topic: str
    partition: int
    offset: int
    reason: str
    detail: str
    attempts: int = 1
    value: str | None
    headers: tuple[tuple[str, str | None], ...] = ()
    dead_lettered_at: datetime
