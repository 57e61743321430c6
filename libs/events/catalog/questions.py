"""Questions and how they were answered."""

from datetime import datetime
from typing import Any, Literal

from libs.events.catalog.values import Event, Language, LearnedItem, Needs, Outcome, ResultColumn, Role, Step, Value

Purpose = Literal["ask", "replay", "evaluate", "check"]
"""Why something is asked; a `check` measures what was learned: nobody waits for it, and no cache answers it."""


class QuestionAsked(Event):
    """A person asks a dataset something, or what was learned is checked with a question whose answer is known."""

    question_id: str
    dataset_id: str
    question: str
    conversation_id: str
    language: Language = "en"
    who: str = ""
    role: Role | None = None
    """Of the account that asks; for one of unknown role all policies of the dataset hold."""
    purpose: Purpose = "ask"
    replays: str | None = None
    """Of a replay: the question that is asked again, as it was meant in its conversation, with what is known now."""
    without: tuple[str, ...] = ()
    """Ids of pairs and of trainings: for this question, these pairs and what these trainings taught are not known."""
    instead: tuple[LearnedItem, ...] = ()
    """Pairs that are known for this question alone."""
    needs: Needs = Needs()
    asked_at: datetime
    deadline: datetime


class AnswerAdvanced(Event):
    """Step `number` (from 1) of the reasoning was made."""

    question_id: str
    dataset_id: str
    number: int
    step: Step
    advanced_at: datetime


class RowsFetched(Event):
    """The rows of an answer, capped; kept for a day only, because they are the user's data."""

    question_id: str
    dataset_id: str
    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False
    fetched_at: datetime


class Sources(Value):
    """What an answer rests on."""

    strategy: str = ""
    score: float = 0.0
    items: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


class QuestionAnswered(Event):
    """The end of a question, whatever it is.

    `choices` are questions to ask next: of a clarification what may be meant; of an answered ranking, or of what has
    more than so many, the same question with its figures.
    `understood` is the whole question that was made of one that goes on from others; empty where it was whole itself.
    `same_rows` says of a replay whether its SQL and that of the answer before give the same rows now; empty where that
    cannot be told.
    """

    question_id: str
    dataset_id: str
    purpose: Purpose = "ask"
    outcome: Outcome
    sql: str | None = None
    columns: tuple[ResultColumn, ...] = ()
    row_count: int = 0
    truncated: bool = False
    chart_type: str = "table"
    chart: dict[str, Any] | None = None
    insight: str = ""
    answer_text: str = ""
    choices: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    sources: Sources = Sources()
    knowledge_version: int = 0
    cached: bool = False
    understood: str = ""
    same_rows: bool | None = None
    milliseconds: float = 0.0
    answered_at: datetime


class CacheCleared(Event):
    """Cached SQL and results of a dataset from before now are to be forgotten."""

    dataset_id: str
    who: str
    cleared_at: datetime


class ConversationDeleted(Event):
    """The questions of a conversation and their answers are shown no longer, and no question follows up on them."""

    conversation_id: str
    dataset_id: str
    who: str
    deleted_at: datetime
