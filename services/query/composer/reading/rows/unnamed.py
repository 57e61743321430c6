"""Reads comparisons that name no column: `invoices over 1000`, 超过100元的订单; the one measure of a table is meant."""

from services.query.composer.language.cues import CueName
from services.query.composer.language.kinds import KINDS
from services.query.composer.language.people import people
from services.query.composer.language.small_words import VERBS
from services.query.composer.language.units import spans
from services.query.composer.language.words import keys
from services.query.composer.reading.amounts.amounts import amounts_of, is_money
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import COMPARISONS, add, with_number
from services.query.composer.reading.rows.numbers import comparison_of

_BOUNDS: tuple[CueName, ...] = ("more", "less", "at_least", "at_most")
_OF_TIME = frozenset({"after", "later", "before", "earlier", "since", "starting", "until", "till", "onward", "onwards",
                      "newer", "older", "younger", "以后", "之后", "晚于", "以前", "之前", "早于", "以来", "自从", "自",
                      "起", "截至", "截止"})  # fmt: skip
_LEADING = frozenset({"that", "which", "of", "be"})
_COUNTED = frozenset({*"个位名家张笔条次份件只岁", "%", "percent"})
"""What stands behind a number that counts things or years, or is a part of a whole."""
_MONEY = frozenset({"元", "块", "dollar", "euro", "usd", "eur", "yuan", "rmb"})


def read_unnamed(reading: Reading) -> None:
    """Take each of them; of several measures each is noted as what may be meant."""
    for index in range(len(reading.items)):
        cue = comparison_of(reading, index) if reading.free(index) and reading.number(index) else None
        if cue is not None and (table := _owner(reading, index, cue)):
            _compare(reading, index, cue, table)


def _owner(reading: Reading, index: int, cue: int) -> str | None:
    """The table whose rows are compared: right before the comparison, or behind 的."""
    words = set(reading.said(cue).split())
    if reading.cue(cue) not in _BOUNDS or words & _OF_TIME or reading.said(cue).removesuffix(" than") in KINDS:
        return None
    unit, behind = _unit(reading, index), reading.after(max(cue, index))
    if unit in _COUNTED or (unit,) in spans():
        return None
    if (table := reading.table(behind)) and reading.word_before(behind) == "的":
        return table
    near = min(cue, index) - 1
    while _leads(reading, near):
        near -= 1
    return reading.table(near) if behind not in reading.meant else None


def _unit(reading: Reading, index: int) -> str:
    after = reading.text.text[reading.text.tokens[reading.items[index].last - 1].end :]
    return "%" if after.lstrip().startswith("%") else reading.word_after(index)


def _leads(reading: Reading, index: int) -> bool:
    """Whether it only leads from a thing to what is compared: `that are`, `weighing`."""
    said = reading.said(index)
    verb = reading.kind(index) == "word" and (said in VERBS or said.endswith("ing"))
    return verb or said in _LEADING or reading.cue(index) == "equal"


def _compare(reading: Reading, index: int, cue: int, table: str) -> None:
    last = len(reading.items) - 1
    chosen = reading.column(last) if reading.in_brackets(last) else None
    found = [chosen] if chosen is not None and chosen.table == table else amounts_of(reading, table)
    if _unit(reading, index) in _MONEY and len(found) > 1:
        found = [place for place in found if is_money(reading, place)] or found
    ages = chosen is None and _unit(reading, index) not in _MONEY and _are_people(reading, table)
    if len(found) > 1 or ages:
        reading.left_open["column"] = tuple(place.column for place in found)
    if len(found) == 1 and not ages:
        comparison = COMPARISONS[reading.cue(cue)]
        add(reading, with_number(reading, found[0], comparison, reading.number(index) or "0"), min(index, cue))
        reading.take(index, cue, *(i for i in (cue - 1,) if reading.cue(i) == "equal"))
        reading.take(*([last] if found == [chosen] else []))


def _are_people(reading: Reading, table: str) -> bool:
    """Whether the rows are people, so that a bare number may be their age as well."""
    known = reading.schema.table(table)
    return any(name[first:] in people() for name in (keys(known.name), keys(known.comment or "")) for first in (0, -1))
