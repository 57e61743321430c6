"""What is done next about a question, by what is known of it. Pure: no clock, database or model."""

from dataclasses import dataclass

from services.query.questions.database import Ran
from services.query.reasoning.propose import Draft
from services.query.reasoning.state import Clarification, Ending, Failure, State

CORRECTIONS = 2


@dataclass(frozen=True)
class Adapt:
    """Look for a verified pair that differs only in its values."""


@dataclass(frozen=True)
class AskModel:
    """Ask for an answer."""


@dataclass(frozen=True)
class AskAgain:
    """Ask for an answer that uses the values which the model wanted to see."""

    values: Ran


@dataclass(frozen=True)
class Correct:
    """Ask for SQL in place of what failed."""

    failure: Failure


@dataclass(frozen=True)
class RunIntermediate:
    """Fetch the values that the model wants to see."""

    sql: str


@dataclass(frozen=True)
class Compose:
    """See what can be said without a model."""


@dataclass(frozen=True)
class RunSQL:
    """Run the SQL of a draft."""

    draft: Draft
    sql: str


@dataclass(frozen=True)
class Conclude:
    """End with an outcome."""

    ending: Ending


Command = Adapt | AskModel | AskAgain | Correct | RunIntermediate | Compose | RunSQL | Conclude


def decide(state: State) -> Command:
    """The next command; after a bounded number of them it is `Conclude`."""
    if state.ending is not None:
        return Conclude(state.ending)
    if not state.looked:
        return Adapt()
    if state.draft is not None and state.draft.sql is not None:
        return RunSQL(state.draft, state.draft.sql)
    if state.look is not None:
        return RunIntermediate(state.look.sql) if state.values is None else AskAgain(state.values)
    if state.model and state.failures and not state.failures[-1].secret and state.corrections < CORRECTIONS:
        return Correct(state.failures[-1])
    if state.model and not state.asked:
        return AskModel()
    return Conclude(Clarification()) if state.composed else Compose()
