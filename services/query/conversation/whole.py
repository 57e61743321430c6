"""Makes a question whole that goes on from the turns before, or says what it was taken for.

Pure: by the words of the question, by what they mean in the dataset, and on the SQL of the answer before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.knowledge.items import normalised_question
from libs.language.catalogue import language_of, text
from services.query.composer.compose import SURE, compose
from services.query.composer.language.weekdays import Weekday
from services.query.composer.linking.link import Linked, Mark
from services.query.conversation.change import changed, dated, links
from services.query.conversation.courtesy import courtesy_of
from services.query.conversation.fragment import Fragment, fragment_of, goes_on
from services.query.conversation.offered import choice_named
from services.query.conversation.tree import plain_select, tables
from services.query.conversation.turns import Turn
from services.query.conversation.worded import END, beside, instead, spliced
from services.query.figures.asked import asks_for, clause_alone
from services.query.figures.shown import with_figures
from services.query.knowledge.schema import Scope

_GONE_ON_FROM = ("answered", "failed", "timed_out")
_CHOSEN = re.compile(
    r"(?:the )?(?:number |no\.? ?|#|第)?\s*"
    r"(?P<number>\d|first|second|third|one|two|three|[一二三])\s*(?:one|个|条|项)?",
    re.IGNORECASE,
)
_NUMBERS = {"first": 1, "second": 2, "third": 3, "one": 1, "two": 2, "three": 3, "一": 1, "二": 2, "三": 3}
_FEW_WORDS = 4
"""So many may name a thing by themselves."""
_FARTHEST = 12
"""Turns back, of which none was answered, that are gone through for the one that a question goes on from."""


@dataclass(frozen=True)
class Whole:
    """A question as it is meant.

    `goes_on_from` is the question before it, None for one that stands alone; `sql` is the SQL of that answer with what
    was said now, `score` how sure that is, `items` the verified pairs that taught its words. `unclear` when it does go
    on, but it could not be said how.
    """

    question: str
    goes_on_from: str | None = None
    sql: str | None = None
    score: float = 0.0
    items: tuple[str, ...] = ()
    unclear: bool = False


def made_whole(question: str, turns: Sequence[Turn], known: Scope, *, learned: bool = False) -> Whole:
    """What `question` means after `turns`; `learned` says that its very words were taught as a whole question."""
    alone, turns = Whole(question), [turn for turn in turns if courtesy_of(turn.question) is None][-_FARTHEST:]
    if not turns or learned:
        return alone
    if turns[-1].outcome == "clarification" and (reply := _reply(question, turns[-1], known)) is not None:
        meant = made_whole(reply, turns[:-1], known)
        if reply == question:
            return meant
        return replace(meant, goes_on_from=meant.goes_on_from or turns[-1].understood)
    question = _chosen(question, turns[-1].choices) or question
    if turns[-1].outcome == "unanswerable" and question != alone.question:
        return Whole(question, turns[-1].understood)
    place = next((at for at in reversed(range(len(turns))) if turns[at].outcome in _GONE_ON_FROM), None)
    if place is None:
        return alone
    if (figured := _with_figures(question, turns[place], known)) is not None:
        return figured
    fragment = fragment_of(question)
    linked = links(fragment.text, known)
    if not goes_on(fragment, linked, whole=_stands_alone(fragment.text, known)):
        return alone
    return _gone_on(fragment, linked, _base(turns, place, known), known)


def _with_figures(question: str, base: Turn, known: Scope) -> Whole | None:
    """`and how many?`, or the choice that was offered with a ranking: its answer with the figures."""
    found = with_figures(base.sql, known.schema.dialect) if base.sql else None
    if found is None:
        return None
    chosen = normalised_question(question) in map(normalised_question, base.choices)
    if not chosen and not asks_for(clause_alone(question), found.figures, known):
        return None
    whole = text("question.with_figures", language_of(base.understood), question=base.understood.strip(END))
    return Whole(whole, base.understood, found.sql, 1.0)


def _base(turns: Sequence[Turn], place: int, known: Scope) -> Turn:
    """The turn to go on from; one that was not answered is made whole first, because nobody did."""
    turn = turns[place]
    if turn.outcome == "answered":
        return turn
    whole = made_whole(turn.question, turns[:place], known)
    return replace(turn, understood=whole.question, sql=whole.sql)


def _gone_on(fragment: Fragment, linked: Linked, base: Turn, known: Scope) -> Whole:
    change = changed(base.sql, fragment, linked, known) if base.sql else None
    said = _in_place(fragment, linked, base.understood, known)
    if said is not None and not (change and change.replaced):
        return Whole(said, base.understood)  # Its words are whole; the SQL before does not show where they go.
    if change is not None:
        said = said or (
            instead(base.understood, fragment.text, known)
            if change.replaced
            else beside(base.understood, fragment.text)
        )
        return Whole(said, base.understood, change.sql, change.score, change.items)
    if (said := _other_table(linked, base, known)) is not None:
        return Whole(said, base.understood)
    both = beside(base.understood, dated(fragment.text))
    composition = compose(both, known)
    if base.sql and plain_select(base.sql, known.schema.dialect) and not _is_said(base, known):
        return Whole(both, base.understood, unclear=True)
    if composition.sql and composition.score >= SURE:
        return Whole(both, base.understood, composition.sql, composition.score, composition.items)
    return Whole(both, base.understood, unclear=True)


def _is_said(base: Turn, known: Scope) -> bool:
    """Whether an answer with a date that was chosen is just what its words say: more words may stand beside them."""
    said = compose(base.understood, known).sql
    return "(" in base.understood and said is not None and (base.sql or "").startswith(said)


def _stands_alone(question: str, known: Scope) -> bool:
    """Whether it can be answered by itself, and not because all of it is left out."""
    composition = compose(question, known)
    marks = composition.linked.marks if composition.linked is not None else ()
    asks = any(meant.kind in ("table", "column", "measure") for mark in marks for meant in mark.meanings)
    return asks and composition.sql is not None and composition.score >= SURE


def _in_place(fragment: Fragment, linked: Linked, before: str, known: Scope) -> str | None:
    """The question before with another value or time in its place; None where there is none, or more than one."""
    said = [mark for mark in linked.marks if mark.meanings or mark.period or mark.number]
    if (
        fragment.adds
        or len(said) != 1
        or any(m is not said[0] and m.cue not in ("equal", "from") for m in linked.marks)
    ):
        return None
    old = links(before, known)
    places = [mark for mark in old.marks if _same_kind(mark, said[0])]
    if len(places) != 1:
        return None
    new = linked.text.between(said[0].first, said[0].last)
    return spliced(before, old, places[0].first, places[0].last, new)


def _same_kind(old: Mark, new: Mark) -> bool:
    """Values of one column, or two times."""
    if any(meant.value is not None for meant in new.meanings):
        columns = {(meant.table, meant.column) for meant in new.meanings if meant.value is not None}
        return any(meant.value is not None and (meant.table, meant.column) in columns for meant in old.meanings)
    return _is_time(new) and _is_time(old)


def _is_time(mark: Mark) -> bool:
    if mark.period is not None and isinstance(mark.period[0], Weekday):
        return False
    return mark.period is not None or bool(re.fullmatch(r"(?:19|20)\d{2}", mark.number or ""))


def _other_table(linked: Linked, base: Turn, known: Scope) -> str | None:
    """`and products?` after `how many orders are there?`: the same question about another table."""
    tree = plain_select(base.sql, known.schema.dialect) if base.sql else None
    if len(linked.marks) != 1 or linked.unexplained or not _tables(linked.marks[0]) or tree is None:
        return None
    old, asked = links(base.understood, known), set(tables(tree))
    places = [mark for mark in old.marks if _tables(mark)]
    if len(places) != 1 or len(asked) != 1 or _tables(places[0]) != asked or _tables(linked.marks[0]) == asked:
        return None
    new = linked.text.between(0, len(linked.text.tokens))
    return spliced(base.understood, old, places[0].first, places[0].last, new)


def _tables(mark: Mark) -> set[str]:
    """The tables that a phrase surely names."""
    return {m.table.lower() for m in mark.meanings if m.kind == "table" and m.weight >= mark.weight - 0.04}


def _reply(question: str, asked_back: Turn, known: Scope) -> str | None:
    """The question that was asked back about, with the answer to it; `question` itself when that is a whole one.

    None when it is no answer to it.
    """
    chosen = _chosen(question, asked_back.choices) or choice_named(question, asked_back.choices, known)
    said = chosen or question
    fragment = fragment_of(said)
    linked = links(fragment.text, known)
    if _stands_alone(said, known) and not fragment.marked and not goes_on(fragment, linked, whole=False):
        return said
    if chosen is not None and len(linked.text.tokens) > len(links(asked_back.understood, known).text.tokens) // 2 + 2:
        return chosen  # A whole question that was offered.
    named = fragment.marked or linked.marks or len(linked.text.tokens) <= _FEW_WORDS
    if chosen is None and not (named and (linked.marks or links(asked_back.understood, known).unexplained)):
        return None
    return _answered_back(asked_back.understood, fragment.text, known)


def _chosen(question: str, choices: Sequence[str]) -> str | None:
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
