"""Follows a training from Kafka: python follow_training.py BOOTSTRAP TRAINING_ID [TOPIC_PREFIX]."""

import asyncio
import json
import sys
from pathlib import Path

from aiokafka import AIOKafkaConsumer
from cloudevents.kafka import KafkaMessage, from_binary
from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parents[2] / "libs/events/contract/schemas"


async def follow(bootstrap: str, training_id: str, prefix: str = "") -> None:
    """Print each checkpoint of the training until its end; raise when an event does not fit its published schema."""
    topic = f"{prefix}CheckpointReached"
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        async for record in consumer:
            event = from_binary(KafkaMessage(dict(record.headers), record.key, record.value))
            name, version = event["dataschema"].split(":")[-2:]
            schema = json.loads((SCHEMAS / name / f"{version}.json").read_text())
            Draft202012Validator(schema).validate(event.data)
            if event.data["training_id"] == training_id:
                print(event["time"], event.data["status"], f"{event.data['progress']:.0f} %", event.data["message"])
                if event.data["status"] in {"completed", "failed", "cancelled"}:
                    return


asyncio.run(follow(*sys.argv[1:]))
