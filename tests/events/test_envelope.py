"""The envelope: what is encoded is decoded as it was, and whatever is no event of ours is named as such."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings

from libs.events.catalog import BY_NAME, TOPICS, Event, TrainingLogged
from libs.events.envelope import MAXIMUM_BYTES, EventTooLarge, Undecodable, decode, encode
from tests.events.records import NOON, StoredRecord, encoded, pause, stored
from tests.events.strategies import events


@given(events())
@settings(max_examples=200, deadline=None)
def test_every_event_comes_back_as_it_was_sent(event: Event) -> None:
    received = decode(stored(encoded(event)))
    assert received.event == event
    assert type(received.event) is type(event)


@given(events())
@settings(max_examples=100, deadline=None)
def test_the_key_is_the_subject_and_the_topic_is_the_name(event: Event) -> None:
    message = encoded(event)
    assert message.key == message.headers["ce_subject"] == getattr(event, event.key_field)
    assert message.topic == type(event).__name__


def test_causes_and_the_trace_travel_with_an_event() -> None:
    message = encoded(
        pause(), correlation_id="first", causation_id="before", traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01"
    )
    assert message.headers["ce_causationid"] == "before"
    received = decode(stored(message))
    assert (received.correlation_id, received.event_id) == ("first", message.event_id)
    assert received.traceparent == "00-" + "1" * 32 + "-" + "2" * 16 + "-01"


def test_an_event_that_nothing_caused_is_its_own_correlation() -> None:
    message = encoded(pause())
    assert decode(stored(message)).correlation_id == message.event_id
    assert "ce_causationid" not in message.headers


def test_a_received_event_knows_its_place_without_the_prefix() -> None:
    received = decode(stored(encoded(pause()), prefix="test."), prefix="test.")
    assert (received.topic, received.partition, received.offset) == ("PauseRequested", 0, 7)


def test_unknown_fields_and_headers_of_newer_senders_are_ignored() -> None:
    record = stored(encoded(pause()))
    record.value = json.dumps(json.loads(record.value or b"") | {"invented_later": {"a": 1}}).encode()
    record.headers = [*record.headers, ("ce_inventedlater", b"x")]
    assert decode(record).event == pause()


def test_fields_with_a_default_may_be_missing_in_older_events() -> None:
    record = stored(encoded(pause(why="lunch")))
    body = json.loads(record.value or b"")
    del body["why"]
    record.value = json.dumps(body).encode()
    assert decode(record).event == pause()


def test_an_event_over_the_limit_is_refused_when_it_is_sent() -> None:
    with pytest.raises(EventTooLarge, match="PauseRequested of d-1"):
        encode(pause(why="x" * MAXIMUM_BYTES), source="gateway", event_id="e", time=NOON)


def _header(name: str, value: bytes | None) -> Any:
    def change(record: StoredRecord) -> None:
        record.headers = [(n, value if n == name else v) for n, v in record.headers]

    return change


def _body(value: bytes | None) -> Any:
    def change(record: StoredRecord) -> None:
        record.value = value

    return change


def _without_header(name: str) -> Any:
    def change(record: StoredRecord) -> None:
        record.headers = [(n, v) for n, v in record.headers if n != name]

    return change


def _no_headers(record: StoredRecord) -> None:
    record.headers = ()


_URN = b"urn:espalier:schema:PauseRequested:"
_REFUSED: dict[str, tuple[Any, str]] = {
    "no headers": (_no_headers, "no_headers"),
    "a null header": (_header("ce_time", None), "null_header"),
    "a header that is not UTF-8": (_header("ce_source", b"\xff\xfe"), "undecodable_header"),
    "no id": (_without_header("ce_id"), "missing_header"),
    "an empty type": (_header("ce_type", b""), "missing_header"),
    "a type nobody knows": (_header("ce_type", b"espalier.Invented"), "unknown_type"),
    "a type of another topic": (_header("ce_type", b"espalier.ResumeRequested"), "unknown_type"),
    "no schema": (_without_header("ce_dataschema"), "unknown_schema"),
    "the schema of another event": (_header("ce_dataschema", b"urn:espalier:schema:Other:1"), "unknown_schema"),
    "a version that is no number": (_header("ce_dataschema", _URN + b"new"), "unknown_schema"),
    "version zero": (_header("ce_dataschema", _URN + b"0"), "unknown_schema"),
    "a version of the future": (_header("ce_dataschema", _URN + b"2"), "future_version"),
    "a version as long as a book": (_header("ce_dataschema", _URN + b"9" * 5000), "unknown_schema"),
    "no body": (_body(None), "empty"),
    "an empty body": (_body(b""), "empty"),
    "text": (_body(b"hello"), "not_json"),
    "half of a JSON text": (_body(b'{"training_id": "t'), "not_json"),
    "bytes that are not UTF-8": (_body(b'{"training_id": "\xff"}'), "not_json"),
    "a list": (_body(b"[]"), "invalid_field"),
    "a missing field": (_body(b'{"dataset_id": "d-1"}'), "missing_field"),
    "a field of another type": (
        _body(b'{"training_id":"t","dataset_id":"d","control_sequence":[],"requested_at":"2026-01-02T12:00:00Z"}'),
        "invalid_field",
    ),
}


@pytest.mark.parametrize(("change", "reason"), list(_REFUSED.values()), ids=list(_REFUSED))
def test_what_is_no_event_of_ours_is_refused_with_its_reason(change: Any, reason: str) -> None:
    record = stored(encoded(pause()))
    change(record)
    with pytest.raises(Undecodable) as refused:
        decode(record)
    assert refused.value.reason == reason


def test_a_topic_outside_the_catalogue_is_refused() -> None:
    record = stored(encoded(pause()))
    record.topic = "Elsewhere"
    with pytest.raises(Undecodable, match="unknown_type"):
        decode(record)


def test_a_refusal_never_repeats_what_the_message_said() -> None:
    record = stored(encoded(pause()))
    record.value = b'{"training_id": {"password": "canary"}, "dataset_id": "canary", "requested_at": "canary"}'
    with pytest.raises(Undecodable) as refused:
        decode(record)
    assert "canary" not in str(refused.value)


def test_every_event_has_one_topic_of_its_name_and_a_key_field() -> None:
    assert len(BY_NAME) == len(TOPICS)
    for topic in TOPICS:
        assert topic.event.key_field in topic.event.model_fields
        assert topic.senders


def test_times_with_another_offset_mean_the_same_moment() -> None:
    line = {"number": 1, "content": "begun", "created_at": "2026-01-02T20:00:00+08:00"}
    record = stored(encoded(TrainingLogged(training_id="t", dataset_id="d", lines=())))
    record.value = json.dumps({"training_id": "t", "dataset_id": "d", "lines": [line]}).encode()
    logged = decode(record).event
    assert isinstance(logged, TrainingLogged)
    assert logged.lines[0].created_at == NOON


def test_ids_of_events_are_uuids() -> None:
    assert UUID(encoded(pause()).event_id).version == 7
