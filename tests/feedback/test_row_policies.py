"""What is said of a verdict's SQL tells nothing of rows that a row policy of the dataset hides from anybody."""

import sqlite3
from typing import Any

import pytest

from libs.events.catalog import RowPolicy
from tests.feedback.test_reviews import Feedback, _dataset, feedback, said

__all__ = ["feedback"]

TELLTALE = "SELECT json_extract(origin, '$.a') FROM flights"
"""Fails, and says why, when there is a row whose origin is no JSON."""


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        ((), "rejected"),
        ((RowPolicy(table="flights", role="member", filter="delay < 60"),), "accepted"),
        ((RowPolicy(table="flights", role="admin", filter="delay < 60"),), "accepted"),
        ((RowPolicy(table="flights", filter="delay > 60"),), "rejected"),
    ],
)
async def test_a_verdict_is_tried_under_all_policies_and_learned_as_it_was_written(
    feedback: Feedback, policies: Any, verdict: str
) -> None:
    path = await feedback.pool.fetchval("SELECT settings ->> 'database' FROM datasources")
    with sqlite3.connect(path) as database:
        database.executemany("INSERT INTO flights VALUES (?, ?)", [("HIDDEN", 70), ('{"a": 1}', 5)])
    [_, dataset, _] = _dataset(path)
    await feedback.consume(dataset.model_copy(update={"version": 2, "policies": policies}))
    review = await feedback.reviewed(said(rating=-1, corrected_sql=TELLTALE))
    assert review["verdict"] == verdict
    learned = [item["sql"] for training in await feedback.sent("TrainingRequested") for item in training["items"]]
    assert learned == ([TELLTALE] if verdict == "accepted" else [])
