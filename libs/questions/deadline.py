"""When a question is over, and how it ends then: the rule of who answers questions and of who tells the answers.

Past its deadline a question is over, and its end is `timed_out`. Who answers asks the clock of his database in the
transaction that writes the end, and an end that waits to be sent meanwhile is sent as this one. So whoever has read
the log as it was `GRACE` after the deadline, and found no end, may say himself how the question ended.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from libs.events.catalog import QuestionAnswered, QuestionAsked, Step
from libs.language.catalogue import text

GRACE = timedelta(seconds=3)
"""What left just in time is in the log by then (a second), also where the clocks of two databases differ (two)."""


def is_over(asked: QuestionAsked, moment: datetime) -> bool:
    """Whether an end that is written at `moment` comes too late to be an answer."""
    return moment >= asked.deadline


def is_settled(asked: QuestionAsked, moment: datetime) -> bool:
    """Whether by `moment` the log holds the end of the question, or will hold none but `timed_out`."""
    return moment >= asked.deadline + GRACE


def timed_out(asked: QuestionAsked, steps: Sequence[Step] = ()) -> QuestionAnswered:
    """The end of a question that had none at its deadline."""
    return QuestionAnswered(
        question_id=asked.question_id,
        dataset_id=asked.dataset_id,
        purpose=asked.purpose,
        outcome="timed_out",
        answer_text=text("question.late", asked.language),
        steps=tuple(steps),
        milliseconds=(asked.deadline - asked.asked_at).total_seconds() * 1000,
        answered_at=asked.deadline,
    )
