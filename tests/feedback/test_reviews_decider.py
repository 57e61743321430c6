"""Verdicts are decided from what was said, what was said later, and what the checks found."""

from datetime import UTC, datetime
from typing import Any

import pytest

from libs.events.catalog import FeedbackGiven, Problem
from services.feedback.reviews.decider import Finding, decide, wanted_sql

PASSED = Finding("passed", tables=("flights",))
WRONG = Finding("wrong", Problem(code="query_failed", detail="no such column"))
UNKNOWN = Finding("unknown", Problem(code="refused", detail="not reached"))


def said(rating: Any, sql: str | None = "SELECT 1", corrected: str | None = None, sequence: int = 1) -> FeedbackGiven:
    return FeedbackGiven(
        feedback_id=f"f{sequence}",
        dataset_id="d1",
        sequence=sequence,
        question="How many?",
        sql=sql,
        rating=rating,
        corrected_sql=corrected,
        given_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_thumb_up_keeps_its_pair_and_a_correction_replaces_it() -> None:
    assert wanted_sql(said(1, " SELECT 1 ;\n")) == "SELECT 1"
    assert wanted_sql(said(-1, "SELECT 1", "SELECT 2;")) == "SELECT 2"
    for given in (said(1), said(-1, corrected="SELECT 2")):
        decision = decide(given, [], PASSED)
        assert (decision.verdict, decision.learn, decision.reasons) == ("accepted", True, ())


@pytest.mark.parametrize("given", [said(-1), said(1, None), said(1, "  "), said(-1, corrected=" ; ")])
def test_a_verdict_without_sql_is_recorded_and_teaches_nothing(given: FeedbackGiven) -> None:
    decision = decide(given, [], None)
    assert (decision.verdict, decision.learn) == ("accepted", False)
    assert [reason.code for reason in decision.reasons] == ["nothing_to_learn"]


def test_sql_that_is_wrong_is_rejected_with_the_reason_found() -> None:
    decision = decide(said(1), [], WRONG)
    assert (decision.verdict, decision.learn, decision.reasons) == ("rejected", False, (WRONG.problem,))


def test_sql_that_could_not_be_checked_is_held_for_a_person() -> None:
    decision = decide(said(1), [], UNKNOWN)
    assert (decision.verdict, decision.learn, decision.reasons) == ("held", False, (UNKNOWN.problem,))


@pytest.mark.parametrize(
    "newer", [said(-1, "SELECT 1", "SELECT 2", 2), said(-1, "SELECT 1", None, 2), said(1, "SELECT 2", sequence=2)]
)
def test_a_later_verdict_that_says_otherwise_wins(newer: FeedbackGiven) -> None:
    decision = decide(said(1), [newer], PASSED)
    assert (decision.verdict, [reason.code for reason in decision.reasons]) == ("rejected", ["newer_verdict"])


@pytest.mark.parametrize("newer", [said(1, sequence=2), said(-1, "SELECT 3", None, 2)])
def test_a_later_verdict_that_agrees_or_is_about_other_sql_does_not_hinder(newer: FeedbackGiven) -> None:
    assert decide(said(1), [newer], PASSED).learn
