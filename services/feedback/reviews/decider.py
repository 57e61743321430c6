"""Decides what becomes of a verdict; knows no clock, database or broker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from libs.events.catalog import FeedbackGiven, Problem
from libs.language.catalogue import text


@dataclass(frozen=True)
class Finding:
    """What a check of the SQL found: it `passed`, is `wrong`, or could not be checked now (`unknown`)."""

    result: Literal["passed", "wrong", "unknown"]
    problem: Problem | None = None
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What becomes of a verdict; only what is accepted with `learn` is learned."""

    verdict: Literal["accepted", "rejected", "held"]
    reasons: tuple[Problem, ...] = ()
    learn: bool = False


def wanted_sql(given: FeedbackGiven) -> str | None:
    """The SQL that `given` says is right for its question: the kept one, or the correction."""
    sql = given.sql if given.rating == 1 else given.corrected_sql
    return (sql or "").strip().rstrip(";").rstrip() or None


def decide(given: FeedbackGiven, newer: Sequence[FeedbackGiven], finding: Finding | None) -> Decision:
    """What becomes of `given`, with the later verdicts on the same question that still count.

    `finding` is None when there is nothing to check.
    """
    wanted = wanted_sql(given)
    if wanted is None:
        return Decision("accepted", (_problem("nothing_to_learn", given),))
    if any(_contradicts(other, wanted) for other in newer):
        return Decision("rejected", (_problem("newer_verdict", given),))
    if finding is None or finding.result == "unknown":
        reason = finding.problem if finding else None
        return Decision("held", (reason or _problem("not_checked", given),))
    if finding.result == "wrong":
        return Decision("rejected", (finding.problem or _problem("not_checked", given),))
    return Decision("accepted", learn=True)


def _contradicts(newer: FeedbackGiven, wanted: str) -> bool:
    theirs = wanted_sql(newer)
    if theirs is not None:
        return theirs != wanted
    return newer.rating == -1 and (newer.sql or "").strip().rstrip(";").rstrip() == wanted


def _problem(code: str, given: FeedbackGiven) -> Problem:
    return Problem(
        code=code,
        detail=text(f"feedback.{code}", given.language),
        hint=text(f"feedback.{code}.hint", given.language),
    )
