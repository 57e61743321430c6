"""What a service does with events: handlers that keep its read models, and handlers that answer with events."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.events.catalog import BY_NAME, Event
from libs.events.envelope import Received
from libs.events.transaction import Late, Transaction, current_traceparent
from libs.postgres.pool import Connection

Batch = Sequence[Received[Any]]
Project = Callable[[Connection, Batch], Awaitable[None]]
"""Brings read models up to date with a batch of one event type. Order between types is not kept, nor needed."""
React = Callable[[Transaction, Batch], Awaitable[None]]
"""Answers a batch with events or offered work; runs after `Project`, in the same transaction, never in a rebuild."""


@dataclass(frozen=True)
class Handlers:
    """All handlers of a service. A service never reacts to its own events."""

    project: Mapping[type[Event], Project] = field(default_factory=dict)
    react: Mapping[type[Event], React] = field(default_factory=dict)

    @property
    def topics(self) -> tuple[str, ...]:
        """Names of the topics to be consumed, without prefix, in the order of the catalogue."""
        wanted = {event.__name__ for event in (*self.project, *self.react)}
        return tuple(name for name in BY_NAME if name in wanted)

    async def apply_projections(self, connection: Connection, batch: Batch) -> None:
        """Bring the read models in the connection's search path up to date with `batch` of mixed types."""
        for event_type, received in _by_type(batch):
            if handler := self.project.get(event_type):
                await handler(connection, received)

    async def apply_reactions(self, transaction: Transaction, batch: Batch) -> None:
        """Answer `batch`; the answers are sent when the transaction commits."""
        for event_type, received in _by_type(batch):
            if handler := self.react.get(event_type):
                await handler(transaction, received)

    async def apply_own(
        self,
        transaction: Transaction,
        event: Event,
        *,
        caused_by: Received[Event] | None = None,
        index: int | str = 0,
        late: Late | None = None,
    ) -> str:
        """Publish an event of this service and project it at once; when it comes back its version says it is known.

        What may yet turn out to be `late` is known only when it comes back.
        """
        event_id = transaction.publish(event, caused_by=caused_by, index=index, late=late)
        correlation = caused_by.correlation_id if caused_by else event_id
        own = Received(event, event_id, correlation, current_traceparent(), type(event).__name__, -1, -1)
        await self.apply_projections(transaction.connection, [own])
        return event_id


def _by_type(batch: Batch) -> list[tuple[type[Event], Batch]]:
    groups: dict[type[Event], list[Received[Any]]] = {}
    for received in batch:
        groups.setdefault(type(received.event), []).append(received)
    return [(topic.event, groups[topic.event]) for topic in BY_NAME.values() if topic.event in groups]
