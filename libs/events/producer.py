"""A Kafka producer that sends only while a lease is held, and looks right before each request leaves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.protocol.produce import ProduceRequest

from libs.leases.claim import LeaseLost

_CLOSE_SECONDS = 5.0


class LeaseOver(LeaseLost, KafkaError):  # type: ignore[misc]
    """The lease is over, or may be: what was not sent yet stays unsent. aiokafka does not try it again."""


class LeasedProducer(AIOKafkaProducer):  # type: ignore[misc]
    """Acknowledges on all replicas, sends idempotently and at once, and only while `holds()`.

    A process may be frozen at any line. So `holds` is asked for each request, also one that is repeated, in the step
    of the event loop that writes it to the socket. What is refused fails with `LeaseOver`,
    or with what `holds` raises.
    """

    def __init__(self, bootstrap: str, holds: Callable[[], bool]) -> None:
        super().__init__(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=262_144,
            request_timeout_ms=20_000,
        )
        self._holds = holds
        self._send_request = self.client.send
        self.client.send = self._send_while_held

    async def _send_while_held(self, node: int, request: Any, **group: Any) -> Any:
        if isinstance(request, ProduceRequest):
            await self.client.ready(node, **group)  # Connecting takes time: it must not lie behind the look.
            if not self._holds():
                raise LeaseOver("the lease may be over")
        return await self._send_request(node, request, **group)

    async def stop(self) -> None:
        """Give up what was not sent, and close."""
        self._holds = lambda: False
        await self.client.close()  # Who waits for an answer learns now that it does not come.
        await super().stop()


@asynccontextmanager
async def leased_producer(bootstrap: str, holds: Callable[[], bool]) -> AsyncIterator[LeasedProducer]:
    """A producer that is connected until the block ends."""
    producer = LeasedProducer(bootstrap, holds)
    try:
        await producer.start()
        yield producer
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await producer.stop()
