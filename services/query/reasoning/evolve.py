"""What is known of a question after something happened. Pure: no clock, database or model."""

from dataclasses import dataclass, replace

from libs.datasources.errors import DataSourceError
from services.query.model.prompt import Prompt
from services.query.model.unavailable import ModelUnavailable
from services.query.questions.database import Ran
from services.query.reasoning.propose import Draft
from services.query.reasoning.response import AsksBack, Impossible, LookFirst, Nonsense, Plain, Query, Response
from services.query.reasoning.state import (
    Answered,
    Clarification,
    Failure,
    Purpose,
    State,
    TimedOut,
    Unanswerable,
)

_MODEL_SCORE = 0.9


@dataclass(frozen=True)
class Looked:
    """A verified pair was adapted, or none fits."""

    draft: Draft | None


@dataclass(frozen=True)
class Said:
    """The model answered what it was told with `prompt`."""

    purpose: Purpose
    response: Response
    prompt: Prompt | None = None


@dataclass(frozen=True)
class Silent:
    """The model did not answer, and why; None when there was no time to ask it. It is not asked again."""

    purpose: Purpose
    reason: ModelUnavailable | None = None


@dataclass(frozen=True)
class Fetched:
    """The values that the model wanted to see."""

    ran: Ran


@dataclass(frozen=True)
class NotFetched:
    """The values could not be had."""

    failure: Failure


@dataclass(frozen=True)
class Composed:
    """What can be said without a model: SQL, a question back, or that nothing of the sort is known."""

    draft: Draft


@dataclass(frozen=True)
class Succeeded:
    """A draft's SQL gave rows."""

    draft: Draft
    ran: Ran


@dataclass(frozen=True)
class Refused:
    """Gate or database did not take the SQL."""

    sql: str
    error: DataSourceError


@dataclass(frozen=True)
class Overran:
    """The database needed too long."""

    sql: str


Happened = Looked | Said | Silent | Fetched | NotFetched | Composed | Succeeded | Refused | Overran


def evolve(state: State, happened: Happened) -> State:
    """`state` after `happened`."""
    match happened:
        case Looked(draft):
            return replace(state, looked=True, draft=draft)
        case Said(purpose, response, prompt):
            told = tuple(dict.fromkeys((*state.told, *(prompt.pairs if prompt else ()))))
            return _said(replace(state, asked=(*state.asked, purpose), told=told), response)
        case Silent(purpose, _):
            return _first_response(replace(state, asked=(*state.asked, purpose), model=False))
        case Fetched(ran):
            return replace(state, values=ran)
        case NotFetched(failure):
            return _first_response(_failed(state, failure))
        case Composed(draft):
            return _composed(replace(state, composed=True), draft)
        case Succeeded(draft, ran):
            return replace(state, draft=None, ending=Answered(draft, ran))
        case Refused(sql, error):
            secret = state.draft is not None and state.draft.secret
            return _failed(replace(state, draft=None), Failure(sql, error, secret=secret))
        case Overran(sql):
            return replace(state, draft=None, ending=TimedOut(sql))


def _said(state: State, response: Response) -> State:
    """A wish to see values is granted once, to the first answer; later ones count by what they say besides.

    A query that is doubted after its values were seen is the answer all the same.
    """
    if isinstance(response, LookFirst):
        if state.asked == ("first",):
            return replace(state, look=response)
        doubted = not response.marked and isinstance(response.otherwise, Nonsense)
        response = Query(response.sql) if doubted else response.otherwise
    if isinstance(response, Nonsense):
        return _first_response(state)
    return _taken(replace(state, look=None), response)


def _first_response(state: State) -> State:
    """What the first response says without the values that it wanted."""
    if state.look is None:
        return state
    return _taken(replace(state, look=None), state.look.otherwise)


def _taken(state: State, response: Plain) -> State:
    match response:
        case Query(sql):
            return _with_draft(state, Draft("sql", sql, "model", _MODEL_SCORE, state.told))
        case AsksBack(said):
            return replace(state, ending=Clarification(said, by_model=True))
        case Impossible():
            return replace(state, ending=Unanswerable())
        case Nonsense():
            return state


def _composed(state: State, draft: Draft) -> State:
    if draft.sql is not None:
        return _with_draft(state, draft)
    if state.failures or state.values:
        return state  # What failed, or what was found, says more than that the words are not understood.
    ending = Unanswerable() if draft.kind == "unanswerable" else Clarification(draft.text, choices=draft.choices)
    return replace(state, ending=ending)


def _with_draft(state: State, draft: Draft) -> State:
    """What failed once is not run again."""
    return state if any(failure.sql == draft.sql for failure in state.failures) else replace(state, draft=draft)


def _failed(state: State, failure: Failure) -> State:
    return replace(state, failures=(*state.failures, failure))
