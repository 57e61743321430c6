"""What is known of a question while it is thought about."""

from dataclasses import dataclass
from typing import Literal

from libs.datasources.errors import DataSourceError
from services.query.questions.database import Ran
from services.query.reasoning.propose import Draft
from services.query.reasoning.response import LookFirst

Purpose = Literal["first", "second", "correct"]
"""Of asking the model: for an answer; for one that uses the values it wanted to see; for one in place of failed SQL."""


@dataclass(frozen=True)
class Failure:
    """SQL that gate or database did not take, and why; `of_values` when it was not the answer's SQL.

    It was to fetch the values that the model wanted to see. The model is not told SQL that is `secret`.
    """

    sql: str
    error: DataSourceError
    of_values: bool = False
    secret: bool = False


@dataclass(frozen=True)
class Answered:
    """The draft that ran, with its rows."""

    draft: Draft
    ran: Ran


@dataclass(frozen=True)
class Clarification:
    """A question back, in the model's words or the composer's; where `said` is empty, the state says what to ask."""

    said: str = ""
    by_model: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unanswerable:
    """The database does not hold what is asked for."""


@dataclass(frozen=True)
class TimedOut:
    """The database needed too long for this SQL."""

    sql: str


Ending = Answered | Clarification | Unanswerable | TimedOut


@dataclass(frozen=True)
class State:
    """`model` says whether there is one that answers. What waits to be done: `draft` to be run, `look` to be looked up.

    `values` is what that gave; `asked` are the questions to the model so far, `told` the ids of the pairs in them.
    """

    model: bool
    looked: bool = False
    asked: tuple[Purpose, ...] = ()
    told: tuple[str, ...] = ()
    look: LookFirst | None = None
    values: Ran | None = None
    draft: Draft | None = None
    failures: tuple[Failure, ...] = ()
    composed: bool = False
    ending: Ending | None = None

    @property
    def corrections(self) -> int:
        """How often the model was asked to correct."""
        return self.asked.count("correct")
