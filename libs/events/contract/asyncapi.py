"""The AsyncAPI 3.0 document of the topics: addresses, keys, retention, senders, headers and schemas."""

from collections.abc import Sequence
from inspect import getdoc
from typing import Any

from libs.events.catalog import Topic
from libs.events.envelope import schema_urn

_KAFKA_BINDING = "0.5.0"
_DESCRIPTION = """\
CloudEvents 1.0 in Kafka binary mode. Schemas only grow: ignore fields that you do not know, and take an unknown word of
an enumeration for "something else". There is order within a key of a topic and none between topics. An event may reach
you twice; its `ce_id` tells.
"""
_HEADERS = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {
        "type": "string",
        "description": "UUIDv7, or UUIDv5 of its cause. Seen twice, it is one event.",
    },
    "ce_source": {"type": "string", "description": "Who sent it, as /espalier/<service>."},
    "ce_subject": {"type": "string", "description": "The id of the subject; it is the key of the message too."},
    "ce_time": {"type": "string", "format": "date-time"},
    "ce_correlationid": {"type": "string", "description": "The ce_id of the event that began all this."},
    "ce_causationid": {"type": "string", "description": "The ce_id of the event that caused this one, if one did."},
    "traceparent": {"type": "string", "description": "W3C trace context."},
    "content-type": {"const": "application/json"},
}
_REQUIRED = ["ce_id", "ce_source", "ce_specversion", "ce_type", "ce_dataschema", "content-type"]


def asyncapi(topics: Sequence[Topic]) -> dict[str, Any]:
    """The document; references to schemas are relative to its place in the contract's folder."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Espalier events",
            "version": "1.0.0",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {
            f"{sender}Sends{topic.name}": _operation(topic, sender) for topic in topics for sender in topic.senders
        },
        "components": {
            "messages": {topic.name: _message(topic) for topic in topics},
            "schemas": {"CloudEventsHeaders": {"type": "object", "properties": _HEADERS, "required": _REQUIRED}},
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    seconds = None if topic.keeps is None else topic.keeps.total_seconds()
    return {
        "address": topic.name,
        "description": "Kept for ever." if seconds is None else f"Kept for {seconds / 3600:.0f} hours.",
        "messages": {topic.name: {"$ref": f"#/components/messages/{topic.name}"}},
        "bindings": {
            "kafka": {
                "bindingVersion": _KAFKA_BINDING,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": -1 if seconds is None else int(seconds * 1000),
                },
            }
        },
    }


def _operation(topic: Topic, sender: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{topic.name}"}],
        "summary": f"The service {sender} sends {topic.name}.",
        "tags": [{"name": sender}],
    }


def _message(topic: Topic) -> dict[str, Any]:
    event = topic.event
    return {
        "name": topic.name,
        "summary": getdoc(event),
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEventsHeaders"},
                {
                    "type": "object",
                    "properties": {
                        "ce_type": {"const": f"espalier.{topic.name}"},
                        "ce_dataschema": {"const": schema_urn(topic.name, event.schema_version)},
                    },
                },
            ]
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./schemas/{topic.name}/{event.schema_version}.json"},
        },
        "bindings": {
            "kafka": {
                "bindingVersion": _KAFKA_BINDING,
                "key": {"type": "string", "description": f"The field {event.key_field} of the event."},
            }
        },
    }
