"""Puts the answer to a question that was asked back into that question, or sees that it is a question of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from libs.knowledge.items import normalised_question
from services.query.composer.compose import SURE, Composition, compose
from services.query.composer.linking.links import links
from services.query.conversation.fragment import asks_something, fragment_of, goes_on
from services.query.conversation.offered import choice_named
from services.query.conversation.refers import speaks_of_rows
from services.query.conversation.turns import Turn
from services.query.conversation.worded import END, beside
from services.query.knowledge.schema import Scope

_CHOSEN = re.compile(
    r"(?:the )?(?:number |no\.? ?|#|第)?\s*"
    r"(?P<number>\d|first|second|third|one|two|three|[一二三])\s*(?:one|个|条|项)?",
    re.IGNORECASE,
)
_NUMBERS = {"first": 1, "second": 2, "third": 3, "one": 1, "two": 2, "three": 3, "一": 1, "二": 2, "三": 3}
_FEW_WORDS = 4
"""So many may name a thing by themselves."""


@dataclass(frozen=True)
class Reply:
    """What is asked now; `beside` when the words of the question that was asked back about are in it."""

    question: str
    beside: bool = False


def reply_to(asked_back: Turn, question: str, known: Scope) -> Reply | None:
    """The question that was asked back about, with `question` as the answer to it; None when it is no answer to it."""
    chosen = chosen_of(question, asked_back.choices) or choice_named(question, asked_back.choices, known)
    said = chosen or question
    fragment = fragment_of(said)
    linked = links(fragment.text, known)
    alone = compose(said, known)
    follows = goes_on(fragment, linked, whole=False) or speaks_of_rows(said, linked, alone, known.schema.dialect)
    if stands_alone(alone) and not fragment.marked and not follows:
        return Reply(said)
    if chosen is not None and len(linked.text.tokens) > len(links(asked_back.understood, known).text.tokens) // 2 + 2:
        return Reply(chosen)  # A whole question that was offered.
    named = fragment.marked or linked.marks or len(linked.text.tokens) <= _FEW_WORDS
    if chosen is None and not (named and (linked.marks or links(asked_back.understood, known).unexplained)):
        return None
    if not links(asked_back.understood, known).marks:
        return Reply(question)  # Nothing of it was understood that an answer could stand beside.
    names = not linked.marks or any(mark.meanings for mark in linked.marks)
    if not names or asks_something(fragment.text):
        return Reply(beside(asked_back.understood, fragment.text), beside=True)
    return Reply(_answered_back(asked_back.understood, fragment.text, known), beside=True)


def chosen_of(question: str, choices: Sequence[str]) -> str | None:
    """The choice that was clicked, typed, told by its number, or by what no other choice says."""
    for choice in choices:
        if normalised_question(choice) == normalised_question(question):
            return choice
    told = [choice for choice in choices if f"({question.strip(END)})" in choice]
    if len(told) == 1:
        return told[0]
    match = _CHOSEN.fullmatch(question.strip(END))
    number = _NUMBERS.get(match["number"].lower()) or int(match["number"]) if match else 0
    return choices[number - 1] if 0 < number <= len(choices) else None


def _answered_back(before: str, said: str, known: Scope) -> str:
    """The words that were not understood give way to those that tell what they mean; else they stand beside."""
    unknown = links(before, known).unexplained
    for between in (" ", ""):
        phrase = between.join(unknown)
        if phrase and before.count(phrase) == 1:
            return before.replace(phrase, said)
    return beside(before, said)


def stands_alone(composition: Composition) -> bool:
    """Whether it can be answered by itself, and not because all of it is left out."""
    marks = composition.linked.marks if composition.linked is not None else ()
    asks = any(meant.kind in ("table", "column", "measure") for mark in marks for meant in mark.meanings)
    return asks and composition.sql is not None and composition.score >= SURE
