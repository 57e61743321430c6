"""Offers the figure of a ranking, and sees that it is asked for: `and how many?`, `with their revenue`, 及其订单数."""

import re
from collections.abc import Iterator

from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.events.catalog import Language
from libs.language.catalogue import text
from services.query.composer.language.cues import CueName
from services.query.composer.language.words import keys
from services.query.composer.linking.lexicon import Meant
from services.query.composer.linking.links import links
from services.query.figures.shown import Figured, with_figures
from services.query.knowledge.schema import Scope

_ANY = re.compile(
    r"(?:(?:the|its|their) )?(?:figures?|numbers?|counts?|amounts?|values?)"
    r"|how (?:many|much)(?: (?:each|of each|is (?:it|that)))?"
    r"|(?:其|它们?的|各自的?)?(?:数值|数量|数字|个数|数)"
    r"|(?:(?:各|分别|都)?(?:有|是)?)(?:多少|几个)",
    re.IGNORECASE,
)
"""A figure, whichever it is."""
_LED = (
    r"\b(?:and|with|along with|together with|plus|please|also|show|give|include|including|showing)\b(?: me\b)?"
    r"|(?:并且?|而且|也|请)?(?:显示|给出|列出|带上)|以及|及其|及|和|并|[,，;；?？]"
)
_CLAUSE = re.compile(rf"(?:{_LED}[ ,，]*)+", re.IGNORECASE)
_AROUND = " ,，;；.。?？!！呢"
_SAYS_NOTHING = frozenset(keys("how many the its their of each total number 其的数量各有多少"))
_SPLITS = 4
"""So many clauses of a question are looked at, from its end."""
_BESIDE: dict[type[exp.Expr], tuple[CueName | None, ...]] = {
    exp.Count: ("count",),
    exp.Sum: ("sum", None),
    exp.Avg: ("avg",),
    exp.Max: ("max",),
    exp.Min: ("min",),
    exp.Column: (None,),
}
"""What is said of a figure beside the name of what it is computed from."""


def offered(question: str, language: Language, sql: str, dialect: Dialect) -> tuple[str, ...]:
    """The same question with its figure, where the answer that `sql` gives to it leaves the figure out."""
    if with_figures(sql, dialect) is None:
        return ()
    return (text("question.with_figures", language, question=question.strip(_AROUND)),)


def clauses(question: str) -> Iterator[tuple[str, str]]:
    """Questions that end in a clause which may ask for the figure: what stands before it, and the clause."""
    led = list(_CLAUSE.finditer(question))[-_SPLITS:]
    for match in reversed(led):
        plain, said = question[: match.start()].rstrip(_AROUND), question[match.end() :].strip(_AROUND)
        if plain and said and (_ANY.fullmatch(said) or _is_said_before(said, plain)):
            yield plain, said


def clause_alone(question: str) -> str:
    """A question without the words that lead a clause: `and how many?`, 并显示订单数."""
    led = _CLAUSE.match(question)
    return question[led.end() if led else 0 :].strip(_AROUND)


def asks_for(said: str, found: Figured, known: Scope) -> bool:
    """Whether a clause asks for the figures that were `found`: whichever there are, or by the name of the only one."""
    if _ANY.fullmatch(said):
        return True
    linked = links(said, known)
    named = [mark for mark in linked.marks if mark.meanings]
    cues = [mark.cue for mark in linked.marks if not mark.meanings and mark.cue != "each"]
    if len(found.figures) != 1 or len(named) != 1 or len(cues) > 1 or linked.unexplained:
        return False
    return any(_is(meant, cues[0] if cues else None, found) for meant in named[0].meanings)


def _is(meant: Meant, cue: CueName | None, found: Figured) -> bool:
    """Whether what is named, with the instruction beside it, is the figure."""
    figure = found.figures[0]
    if meant.kind == "measure":
        return cue in (None, "sum")
    if cue not in _BESIDE.get(type(figure), ()):
        return False
    if meant.kind == "table":
        return isinstance(figure, exp.Count) and meant.table.lower() == found.counted
    read = {column.name.lower() for column in figure.find_all(exp.Column)}
    return meant.kind == "column" and (meant.column or "").lower() in read


def _is_said_before(said: str, plain: str) -> bool:
    """What a figure is of was said where rows are ranked by it."""
    words = set(keys(said)) - _SAYS_NOTHING
    return bool(words) and words <= set(keys(plain))
