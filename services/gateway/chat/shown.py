"""Questions and answers as the API shows them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from libs.charts.specification import Chart, ChartType
from libs.events.catalog import Outcome, ResultColumn, Sources, Step
from services.gateway.shown import Shown


class Asked(Shown):
    """A question."""

    question_id: str
    dataset_id: str
    question: str
    conversation_id: str


class MadeStep(Step):
    """A step of the reasoning, as it was made; `number` counts from 1."""

    number: int


class Waiting(Asked):
    """A question that has no answer yet; it is found under /chat/questions/{question_id}."""

    outcome: None = None
    steps: list[MadeStep]
    """The steps made so far."""


class WaitingElsewhere(Waiting):
    """The last event where the answer is not known here yet."""

    location: str
    """Where the answer will be."""
    message: str
    """In the language asked for."""


class Answer(Asked):
    """The end of a question, whatever it is."""

    outcome: Outcome
    """`clarification` asks back, with `choices`; `unanswerable`: the dataset holds nothing of the sort, or has to be
    trained first; `failed` says what is wrong; `timed_out`: not in time, ask again, or for less."""
    sql: str | None
    """What was asked of the database; null where nothing was."""
    columns: tuple[ResultColumn, ...]
    rows: list[list[Any]] | None
    """The values of each row, in the order of `columns`, at most as many as are shown; kept for a day, null after it,
    and unless `outcome` is `answered`."""
    row_count: int
    truncated: bool
    """Whether the database has more rows than these."""
    chart_type: Literal[ChartType, "clarification"]
    chart: Chart | None
    """How the rows are drawn; null where there are none."""
    steps: tuple[Step, ...]
    """How the answer was found."""
    insight: str
    """A sentence about the rows, in the language of the question; may be empty."""
    answer_text: str
    """What to tell the person who asked, in the language of the question."""
    choices: tuple[str, ...]
    """Questions of which one can be asked instead, the best first; of an answered ranking, or of what has more than so
    many, the same question with its figures."""
    sources: Sources
    """What the answer rests on."""
    knowledge_version: int
    """Of what the dataset knew."""
    cached: bool
    """Whether the rows were fetched for the same question before."""
    understood: str = ""
    """The whole question that was made of one that goes on from others; empty where it was whole itself."""
    milliseconds: float
    """How long it took, from asking on."""


class Replayed(Answer):
    """The answer to an old question that was asked again."""

    before: Answer | None
    """The answer that the question got then."""
    same_rows: bool | None = None
    """Whether the SQL of both gives the same rows today; null where that cannot be told."""


EVENTS: dict[str, type[BaseModel]] = {"step": MadeStep, "answer": Answer, "waiting": WaitingElsewhere}
"""What is told while a question is answered, by the name of its event; the last is the answer, or `waiting`."""
REPLAY_EVENTS = EVENTS | {"answer": Replayed}

Turn = Answer | Replayed | Waiting
"""A question, with its answer or as far as it is."""


class ListedConversation(Shown):
    """A conversation in the list of them."""

    conversation_id: str
    dataset_id: str
    questions: int
    """How many it has."""
    last_asked_at: datetime
    first_question: str


class Conversation(Shown):
    """A conversation, of which at most 200 questions are shown."""

    conversation_id: str
    questions: list[Turn]
    """The oldest first."""
