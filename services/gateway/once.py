"""What a request with an Idempotency-Key has written is noted at its key, in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from libs.events.catalog import Event
from libs.postgres.pool import Connection

_NOTE = """
UPDATE idempotency_keys SET written = coalesce(written, '{}') || $3 WHERE scope = $1 AND key = $2
"""
_running: ContextVar[tuple[str, str] | None] = ContextVar("idempotency_key", default=None)


@contextmanager
def carrying_out(account_id: str, key: str) -> Iterator[None]:
    """The request of `account_id` with `key` is carried out meanwhile, in this context."""
    before = _running.set((account_id, key))
    try:
        yield
    finally:
        _running.reset(before)


async def note_written(connection: Connection, event: Event) -> None:
    """Note the ids in `event` at the key of the running request, if it has one."""
    if running := _running.get():
        ids = {name: value for name, value in event.model_dump(mode="json").items() if name.endswith("_id") and value}
        await connection.execute(_NOTE, *running, ids)
