"""Ids: those of beginnings sort by time, those of effects follow from their cause."""

import time
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.ids import caused_id, new_id


def test_a_new_id_is_a_uuid_of_version_7() -> None:
    made = UUID(new_id())
    assert made.version == 7
    assert made.variant == RFC_4122


def test_a_new_id_tells_the_millisecond_it_was_made_in() -> None:
    before = time.time_ns() // 1_000_000
    made = UUID(new_id())
    after = time.time_ns() // 1_000_000
    assert before <= made.int >> 80 <= after


def test_new_ids_of_later_milliseconds_sort_after_earlier_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [1_700_000_000_000 + step for step in range(50)]
    made = []
    for moment in moments:
        monkeypatch.setattr(time, "time_ns", lambda moment=moment: moment * 1_000_000)
        made.append(new_id())
    assert made == sorted(made)


def test_new_ids_of_one_millisecond_differ() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


@given(st.uuids(), st.text(max_size=20) | st.integers(0, 1000))
def test_a_caused_id_is_the_same_again_for_the_same_cause_and_index(cause: UUID, index: int | str) -> None:
    made = caused_id(str(cause), index)
    assert made == caused_id(str(cause), index)
    assert UUID(made).version == 5


@given(st.uuids(), st.lists(st.integers(0, 10_000), min_size=2, unique=True))
def test_caused_ids_of_different_outputs_differ(cause: UUID, indices: list[int]) -> None:
    assert len({caused_id(str(cause), index) for index in indices}) == len(indices)
