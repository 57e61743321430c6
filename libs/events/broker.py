"""A FastStream broker with safe settings, because its defaults lose events (docs/decisions/0002-kafka-settings.md)."""

import logging

from faststream.kafka import KafkaBroker


def make_broker(bootstrap: str, client_id: str) -> KafkaBroker:
    """A broker to consume with, which makes no topic by accident. What is sent goes through the outbox (relay.py)."""
    return KafkaBroker(
        bootstrap,
        client_id=client_id,
        allow_auto_create_topics=False,
        request_timeout_ms=20_000,
        graceful_timeout=10.0,
        # Decoding is ours (envelope.py): FastStream hands out what Kafka gave.
        apply_types=False,
        serializer=None,
        logger=logging.getLogger("faststream"),
        log_level=logging.DEBUG,
    )
