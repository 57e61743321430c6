"""Makes a question whole that goes on from the turns before, or says what it was taken for.

Pure: by the words of the question, by what they mean in the dataset, and on the SQL of the answer before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.knowledge.items import normalised_question
from libs.language.catalogue import language_of, text
from services.query.composer.compose import SURE, Composition, compose
from services.query.composer.linking.link import Linked, Mark
from services.query.composer.linking.links import links
from services.query.conversation.change import changed, dated, says_time
from services.query.conversation.courtesy import courtesy_of
from services.query.conversation.fragment import Fragment, fragment_of, goes_on
from services.query.conversation.refers import speaks_of_rows, without_subject
from services.query.conversation.reply import chosen_of, reply_to, stands_alone
from services.query.conversation.rows_before import of_rows_before, picks_others
from services.query.conversation.tree import Change, changeable, plain_select, tables
from services.query.conversation.turns import Turn
from services.query.conversation.worded import END, beside, instead, spliced
from services.query.figures.asked import asks_for, clause_alone
from services.query.figures.shown import with_figures
from services.query.knowledge.schema import Scope

_GONE_ON_FROM = ("answered", "failed", "timed_out")
_ENDS = frozenset({"most", "least"})
_FARTHEST = 12
"""Turns back, of which none was answered, that are gone through for the one that a question goes on from."""


@dataclass(frozen=True)
class Whole:
    """A question as it is meant.

    `goes_on_from` is the question before it, None for one that stands alone; `sql` is the SQL of that answer with what
    was said now, `score` how sure that is, `items` the verified pairs that taught its words. `unclear` when it does go
    on, but it could not be said how; `in_words` that `question` says at least all of the answer before.
    """

    question: str
    goes_on_from: str | None = None
    sql: str | None = None
    score: float = 0.0
    items: tuple[str, ...] = ()
    unclear: bool = False
    in_words: bool = False


def made_whole(question: str, turns: Sequence[Turn], known: Scope, *, learned: bool = False) -> Whole:
    """What `question` means after `turns`; `learned` says that its very words were taught as a whole question."""
    turns = [turn for turn in turns if courtesy_of(turn.question) is None][-_FARTHEST:]
    return Whole(question) if learned else _meant(question, turns, known, {})


def _meant(question: str, turns: Sequence[Turn], known: Scope, bases: dict[int, Turn]) -> Whole:
    """What `question` means after `turns`; `bases` are those of all turns that were made whole, by their places, so
    that each is just once."""
    if not turns or turns[-1].outcome != "clarification":
        return _followed(question, turns, known, bases)
    meant = _answered(question, turns, known, bases)
    if meant.unclear or (meant.sql is None and not stands_alone(compose(meant.question, known))):
        over_it = _followed(question, turns, known, bases)
        if (
            over_it.goes_on_from is not None
            and not over_it.unclear
            and not _goes_on_from_it(question, turns[-1], known)
        ):
            return over_it
    return meant


def _goes_on_from_it(question: str, asked_back: Turn, known: Scope) -> bool:
    """`and gold?` after a step that was asked back goes on from that step: from the answer, it would forget it."""
    fragment = fragment_of(question)
    return fragment.marked and not fragment.restricts and _is_follow_up(asked_back.question, known)


def _answered(
    question: str, turns: Sequence[Turn], known: Scope, bases: dict[int, Turn], *, follows: bool = False
) -> Whole:
    """What a question means that may answer one that was asked back; `follows` says that it surely goes on."""
    reply = reply_to(turns[-1], question, known) if turns and turns[-1].outcome == "clarification" else None
    if reply is None:
        return _followed(question, turns, known, bases, follows=follows)
    asked = turns[-1]
    follows = follows or (reply.beside and asked.understood == asked.question and _is_follow_up(asked.question, known))
    earlier = list(turns[:-1])
    while reply.beside and asked.understood != asked.question and earlier and earlier[-1].outcome == "clarification":
        earlier.pop()  # Its words are in those of the one after it.
    meant = _answered(reply.question, earlier, known, bases, follows=follows)
    return meant if reply.question == question else replace(meant, goes_on_from=meant.goes_on_from or asked.understood)


def _followed(
    question: str, turns: Sequence[Turn], known: Scope, bases: dict[int, Turn], *, follows: bool = False
) -> Whole:
    """What a question means after the last turn that was answered."""
    alone = Whole(question)
    if not turns:
        return alone
    question = chosen_of(question, turns[-1].choices) or question
    if turns[-1].outcome == "unanswerable" and question != alone.question:
        return Whole(question, turns[-1].understood)
    place = next((at for at in reversed(range(len(turns))) if turns[at].outcome in _GONE_ON_FROM), None)
    if place is None:
        return alone
    if (figured := _with_figures(question, turns[place], known)) is not None:
        return figured
    fragment = fragment_of(question)
    linked, composition = links(fragment.text, known), compose(fragment.text, known)
    of_rows = speaks_of_rows(question, linked, composition, known.schema.dialect)
    if not (follows or of_rows or goes_on(fragment, linked, whole=stands_alone(composition))):
        return alone
    base = bases.get(place) or bases.setdefault(place, _base(turns, place, known, bases))
    if of_rows and (found := _of_rows(fragment, composition, base, known)) is not None:
        return found
    return _gone_on(fragment, linked, base, known, of_rows=of_rows)


def _is_follow_up(question: str, known: Scope) -> bool:
    fragment = fragment_of(question)
    linked, composition = links(fragment.text, known), compose(fragment.text, known)
    of_rows = speaks_of_rows(question, linked, composition, known.schema.dialect)
    return of_rows or goes_on(fragment, linked, whole=stands_alone(composition))


def _of_rows(fragment: Fragment, alone: Composition, base: Turn, known: Scope) -> Whole | None:
    """`how many orders do they have?`, `which customers?`: asked of the rows before."""
    tree = changeable(base.sql, known.schema.dialect) if base.sql else None
    found = of_rows_before(tree, alone, known) if tree is not None else None
    if found is None:
        return None
    said = beside(base.understood, fragment.text)
    return Whole(said, base.understood, found.sql(dialect=known.schema.dialect), alone.score, alone.items)


def _with_figures(question: str, base: Turn, known: Scope) -> Whole | None:
    """`and how many?`, or the choice that was offered with a ranking: its answer with the figures."""
    found = with_figures(base.sql, known.schema.dialect) if base.sql else None
    if found is None:
        return None
    chosen = normalised_question(question) in map(normalised_question, base.choices)
    if not chosen and not asks_for(without_subject(clause_alone(question)), found, known):
        return None
    whole = text("question.with_figures", language_of(base.understood), question=base.understood.strip(END))
    return Whole(whole, base.understood, found.sql, 1.0)


def _base(turns: Sequence[Turn], place: int, known: Scope, bases: dict[int, Turn]) -> Turn:
    """The turn to go on from; one that was not answered is made whole first, because nobody did."""
    turn = turns[place]
    if turn.outcome == "answered":
        return turn
    whole = _meant(turn.question, turns[:place], known, bases)
    return replace(turn, understood=whole.question, sql=whole.sql)


def _gone_on(fragment: Fragment, linked: Linked, base: Turn, known: Scope, *, of_rows: bool) -> Whole:
    change = changed(base.sql, fragment, linked, known) if base.sql else None
    if of_rows and change is not None and base.sql and picks_others(base.sql, change.sql, known):
        change = None
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
    if not of_rows and (said := _other_table(linked, base, known) or _other_end(linked, base, known)) is not None:
        return Whole(said, base.understood)
    both = beside(base.understood, dated(fragment.text))
    composition = compose(both, known)
    if of_rows or (base.sql and plain_select(base.sql, known.schema.dialect) and not _is_said(base, known)):
        return Whole(both, base.understood, unclear=True, in_words=not of_rows and _says_all(base, known))
    if composition.sql and composition.score >= SURE:
        return Whole(both, base.understood, composition.sql, composition.score, composition.items)
    return Whole(both, base.understood, unclear=True, in_words=not of_rows)


def _says_all(base: Turn, known: Scope) -> bool:
    """Whether the words of an answer, composed anew, tell the same of the same rows."""
    told = compose(base.understood, known).sql
    trees = [changeable(sql, known.schema.dialect) for sql in (base.sql, told) if sql]
    before, said = trees if len(trees) == 2 else (None, None)
    return before is not None and said is not None and Change(before, said, known.schema).changes_nothing()


def _is_said(base: Turn, known: Scope) -> bool:
    """Whether an answer with a date that was chosen is just what its words say: more words may stand beside them."""
    said = compose(base.understood, known).sql
    return "(" in base.understood and said is not None and (base.sql or "").startswith(said)


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
    return says_time(new) and says_time(old)


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


def _other_end(linked: Linked, base: Turn, known: Scope) -> str | None:
    """`and the fewest?` after the most: asked anew, because those that have none were not ranked."""
    said = [mark for mark in linked.marks if mark.cue in _ENDS]
    old = links(base.understood, known)
    places = [mark for mark in old.marks if mark.cue in _ENDS]
    if len(said) != 1 or len(linked.marks) > 1 or linked.unexplained or len(places) != 1 or not _says_all(base, known):
        return None
    whole = spliced(
        base.understood, old, places[0].first, places[0].last, linked.text.between(said[0].first, said[0].last)
    )
    return whole if stands_alone(compose(whole, known)) else None


def _tables(mark: Mark) -> set[str]:
    """The tables that a phrase surely names."""
    return {m.table.lower() for m in mark.meanings if m.kind == "table" and m.weight >= mark.weight - 0.04}
