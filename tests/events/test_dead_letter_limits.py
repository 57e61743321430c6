"""A dead letter always fits into an event and into the database, whatever the message was."""

from base64 import b64decode

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.events.dead_letters import dead_letter
from libs.events.envelope import decode
from tests.events.records import StoredRecord, encoded, stored

_HEADERS = st.lists(st.tuples(st.text(max_size=20), st.none() | st.binary(max_size=30)), max_size=4)


@given(st.none() | st.binary(max_size=50), st.none() | st.binary(max_size=50), _HEADERS)
@settings(deadline=None)
def test_a_dead_letter_keeps_the_bytes_and_headers_as_they_were(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    letter = dead_letter("query", "p.", StoredRecord("p.CheckpointReached", value, headers, key), "not_json", "why")
    assert (None if letter.value is None else b64decode(letter.value)) == value
    assert [(name, None if raw is None else b64decode(raw)) for name, raw in letter.headers] == headers
    assert letter.topic == "CheckpointReached"
    assert "\0" not in letter.key
    assert decode(stored(encoded(letter))).event == letter


def test_a_dead_letter_of_a_huge_message_still_fits_into_an_event() -> None:
    headers = [("ce_type", b"x" * 400_000), ("ce_id", b"x" * 400_000)]
    record = StoredRecord("CheckpointReached", b"\xff" * 1_000_000, headers, b"k" * 400_000)
    letter = dead_letter("query", "", record, "unknown_type", "y" * 400_000)
    assert len(encoded(letter).value) < 900_000
    assert len(letter.key) <= 300
    assert letter.value is not None
    assert "the first 600000 of 1000000 bytes" in letter.detail


def test_a_dead_letter_of_a_message_without_key_is_filed_under_its_place() -> None:
    assert (
        dead_letter("query", "", StoredRecord("PauseRequested", b"", (), None), "empty", "").key == "PauseRequested-0"
    )
