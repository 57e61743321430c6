"""Ids of events and subjects: UUIDv7 when something starts, UUIDv5 when one event causes another (RFC 9562)."""

import os
import time
from uuid import UUID, uuid5


def new_id() -> str:
    """A UUIDv7: sorts by the millisecond it was made in (RFC 9562, 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(UUID(int=value))


def caused_id(causation_id: str, index: int | str) -> str:
    """The id of output number `index` of the event `causation_id`: the same again when that event is handled again."""
    return str(uuid5(UUID(causation_id), str(index)))
