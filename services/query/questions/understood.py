"""What a question means in its conversation: read, waited for where the turn before is being answered, and told."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import asyncpg

from libs.events.catalog import QuestionAsked, Sources, Step
from libs.knowledge.items import normalised_question
from libs.language.catalogue import language_of, text
from libs.postgres.listen import Listener
from services.query.conversation.turns import Turn, turns_before
from services.query.conversation.whole import Whole, made_whole
from services.query.conversation.window import TOKENS, Window, turns_for_prompt, window_of
from services.query.knowledge.recall import Knowledge, exact_pairs
from services.query.knowledge.schema import Scope
from services.query.model.client import Model
from services.query.questions.attempt import Attempt
from services.query.questions.conclusion import Conclusion
from services.query.questions.database import Ran
from services.query.questions.steps import Steps
from services.query.reasoning.choices import askable
from services.query.reasoning.propose import which

_TURN_SECONDS, _POLL_SECONDS = 5.0, 0.2
_SHARE = 5
"""Of what a model may be told, the conversation takes at most one part of so many."""


@dataclass(frozen=True)
class Understood:
    """A question made whole; `conclusion` is there instead when it is not clear how it goes on.

    `said` is what it was understood as, empty for a question that stands alone; `sql` is what answers it, as surely as
    `score` says, when the answer before could be changed, and `items` are the pairs that taught its words; `turns` are
    for a model's prompt.
    """

    asked: QuestionAsked
    said: str = ""
    sql: str | None = None
    score: float = 0.0
    items: tuple[str, ...] = ()
    turns: str = ""
    conclusion: Conclusion | None = None

    @property
    def context(self) -> str:
        """What of the conversation the answer depends on, beside the whole question."""
        return f"{self.sql or ''}\x1f{self.turns}" if self.sql or self.turns else ""


async def understood(
    pool: "asyncpg.Pool[Any]",
    listener: Listener,
    asked: QuestionAsked,
    scope: Callable[[], Scope],
    steps: Steps,
    model: Model | None,
) -> Understood:
    """What `asked` means after the turns before it, told as a step when it goes on from them.

    `scope` gives what is known, which of a large database takes a while; most questions are the first of theirs.
    """
    turns, learned = await _read(pool, asked)
    if not turns:
        return Understood(asked)
    known = scope()
    whole = made_whole(asked.question, _as_if_ended(turns), known, learned=learned)
    if whole.goes_on_from is not None and turns[-1].outcome is None:
        turns = await _ended(pool, listener, asked)
        if turns and turns[-1].outcome is None:
            return Understood(asked, conclusion=_asking_back("conversation.still_answering", asked))
        whole = made_whole(asked.question, turns, known, learned=learned)
    window = window_of(turns, min(TOKENS, model.prompt_tokens // _SHARE) if model is not None else TOKENS)
    prompt = turns_for_prompt(window) if model is not None else ""
    if whole.goes_on_from is None:
        return Understood(asked, turns=prompt)
    if whole.unclear and model is None:
        return Understood(asked, conclusion=_unclear(asked, whole, known))
    _tell(asked, whole, window, steps)
    meant = asked.model_copy(update={"question": whole.question, "language": _language(asked, whole)})
    return Understood(meant, whole.question, whole.sql, whole.score, whole.items, prompt)


async def went_on(meant: Understood, known: Knowledge, attempt: Attempt, model: Model | None) -> Conclusion | None:
    """The answer of the SQL that the one before was changed to; None where there is none, or it did not run."""

    def sources(ran: Ran) -> Sources:
        tables = ran.admitted.tables
        learned = tuple(known.items[table] for table in tables if table in known.items)
        return Sources(strategy="conversation", score=meant.score, items=(*meant.items, *learned), tables=tables)

    return await attempt.answer(meant.sql, sources, model) if meant.sql else None


async def _read(pool: "asyncpg.Pool[Any]", asked: QuestionAsked) -> tuple[tuple[Turn, ...], bool]:
    """The turns before, and whether the question's very words were taught."""
    async with pool.acquire() as connection:
        turns = await turns_before(connection, asked)
        question = normalised_question(asked.question)
        return turns, bool(turns and await exact_pairs(connection, asked.dataset_id, question))


def _as_if_ended(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """To see whether a question goes on from a turn, it does not matter how that will end."""
    last = turns[-1]
    return turns if last.outcome else (*turns[:-1], replace(last, outcome="failed"))


async def _ended(pool: "asyncpg.Pool[Any]", listener: Listener, asked: QuestionAsked) -> tuple[Turn, ...]:
    """The turns, once the last one has ended, or after five seconds."""
    ends = time.monotonic() + _TURN_SECONDS
    async with listener.subscribed("read") as wake:
        while True:
            turns, _ = await _read(pool, asked)
            if not turns or turns[-1].outcome or time.monotonic() > ends:
                return turns
            await wake.wait(_POLL_SECONDS)


def _tell(asked: QuestionAsked, whole: Whole, window: Window, steps: Steps) -> None:
    if window.overflown:
        counts = {"older": len(window.older), "dropped": window.dropped}
        shortened = text("conversation.step.shortened", asked.language, **counts)
        steps.add(Step(name="conversation", status="done", detail=shortened))
    detail = text("conversation.step.understood", asked.language, question=whole.question)
    steps.add(Step(name="understood", status="done", detail=detail, sql=whole.sql))


def _unclear(asked: QuestionAsked, whole: Whole, known: Scope) -> Conclusion:
    if whole.in_words and (asking := which(whole.question, asked.language, known)) is not None:
        return Conclusion("clarification", chart_type="clarification", answer_text=asking.text, choices=asking.choices)
    before, said = whole.goes_on_from or "", asked.question.strip()
    back = _asking_back("conversation.unclear", asked, before=before, said=said)
    return replace(back, choices=askable(asked.language, known))


def _asking_back(key: str, asked: QuestionAsked, **values: str) -> Conclusion:
    said = text(key, asked.language, **values)
    return Conclusion("clarification", chart_type="clarification", answer_text=said)


def _language(asked: QuestionAsked, whole: Whole) -> str:
    """`2023?` is in no language: in that of the conversation then."""
    return asked.language if any(map(str.isalpha, asked.question)) else language_of(whole.question)
