"""The only encoder and decoder of events: CloudEvents 1.0 in Kafka binary mode (CloudEvents Kafka binding, 3.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import orjson
from pydantic import ValidationError

from libs.events.catalog import BY_NAME, Event
from libs.events.upcast import upcast

E_co = TypeVar("E_co", bound=Event, covariant=True)

MAXIMUM_BYTES = 900_000
"""An event stays below this; larger content is split into parts before it gets here."""

_VERSION = re.compile(r"[1-9][0-9]{0,5}")


class Record(Protocol):
    """What is read of a consumed Kafka record."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class EventTooLarge(ValueError):
    """An event is over `MAXIMUM_BYTES`: its sender has to split it."""


class Undecodable(Exception):
    """A message is no event of ours; `reason` is one of a few stable words, `detail` says more, without the payload."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Message:
    """An encoded event, as the outbox keeps it. `topic` is without the prefix."""

    event_id: str
    topic: str
    key: str
    value: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Received(Generic[E_co]):
    """An event as it was read from the log. `position` is `topic/partition/offset` with the topic unprefixed."""

    event: E_co
    event_id: str
    correlation_id: str
    traceparent: str | None
    topic: str
    partition: int
    offset: int


def schema_urn(name: str, version: int | str) -> str:
    """The name of the published schema of an event, as in the header `ce_dataschema`."""
    return f"urn:espalier:schema:{name}:{version}"


def encode(
    event: Event,
    *,
    source: str,
    event_id: str,
    time: datetime,
    correlation_id: str | None = None,
    causation_id: str | None = None,
    traceparent: str | None = None,
) -> Message:
    """Encode `event` sent by the service `source`; raises `EventTooLarge`."""
    name = type(event).__name__
    value = event.model_dump_json().encode()
    if len(value) > MAXIMUM_BYTES:
        raise EventTooLarge(f"{name} of {event.key} has {len(value)} bytes, more than {MAXIMUM_BYTES}")
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_type": f"espalier.{name}",
        "ce_source": f"/espalier/{source}",
        "ce_subject": event.key,
        "ce_time": time.isoformat(),
        "ce_dataschema": schema_urn(name, event.schema_version),
        "ce_correlationid": correlation_id or event_id,
        "content-type": "application/json",
    }
    if causation_id:
        headers["ce_causationid"] = causation_id
    if traceparent:
        headers["traceparent"] = traceparent
    return Message(event_id, name, event.key, value, headers)


def decode(record: Record, prefix: str = "") -> Received[Event]:
    """Decode a record; raises `Undecodable` with the reason for everything that is not a known, whole event."""
    headers = _headers(record.headers)
    topic = BY_NAME.get(record.topic.removeprefix(prefix))
    event_type = headers.get("ce_type", "")
    name = event_type.removeprefix("espalier.")
    if topic is None or name != topic.name:
        raise Undecodable("unknown_type", f"{event_type!r} in topic {record.topic}")
    version = _version(headers.get("ce_dataschema", ""), name)
    newest = topic.event.schema_version
    if version > newest:
        raise Undecodable("future_version", f"{name} has version {version}, known is {newest}")
    event = _event(topic.event, record.value, version)
    event_id = headers["ce_id"]
    return Received(
        event,
        event_id,
        headers.get("ce_correlationid", event_id),
        headers.get("traceparent"),
        topic.name,
        record.partition,
        record.offset,
    )


def _headers(raw: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    if not raw:
        raise Undecodable("no_headers", "the message has no headers")
    headers: dict[str, str] = {}
    for name, value in raw:
        if value is None:
            raise Undecodable("null_header", f"header {name!r} is null")
        try:
            headers[name] = value.decode()
        except UnicodeDecodeError:
            raise Undecodable("undecodable_header", f"header {name!r} is not UTF-8") from None
    for required in ("ce_id", "ce_type", "ce_source", "ce_specversion"):
        if not headers.get(required):
            raise Undecodable("missing_header", f"header {required!r} is missing")
    return headers


def _version(dataschema: str, name: str) -> int:
    prefix = schema_urn(name, "")
    version = dataschema.removeprefix(prefix)
    if not dataschema.startswith(prefix) or not _VERSION.fullmatch(version):
        raise Undecodable("unknown_schema", f"header 'ce_dataschema' is {dataschema!r}")
    return int(version)


def _event(model: type[Event], value: bytes | None, version: int) -> Event:
    if not value:
        raise Undecodable("empty", "the message has no body")
    try:
        if version == model.schema_version:
            return model.model_validate_json(value)
        data: dict[str, Any] = orjson.loads(value)
        return model.model_validate(upcast(model.__name__, version, model.schema_version, data))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if first["type"] == "json_invalid":
            raise Undecodable("not_json", f"{model.__name__}: {first['msg']}") from None
        where = ".".join(str(part) for part in first["loc"])
        reason = "missing_field" if first["type"] == "missing" else "invalid_field"
        raise Undecodable(reason, f"{model.__name__}.{where}: {first['msg']}") from None
    except orjson.JSONDecodeError as error:
        raise Undecodable("not_json", f"{model.__name__}: {error.msg}") from None
