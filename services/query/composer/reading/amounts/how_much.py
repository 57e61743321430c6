"""Reads `how much` where no amount is named: `how much was paid by card`; it is money, and never a key or a date."""

from services.query.composer.language.small_words import VERBS
from services.query.composer.language.words import keys
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.reading.amounts.amounts import amounts_of, is_amount, is_money
from services.query.composer.reading.reading import Reading

_ASKS = ("how much", "多少钱")
_MONEY = frozenset({"money", "钱"})
_PRICED = frozenset({"cost", "钱"})
_PAY = {"paid": "pay"}
_SHORTEST = 3


def read_how_much(reading: Reading) -> None:
    """Take the one column of money of the things that are spoken of; of several it asks which."""
    said = reading.text.text.lower()
    if not any(asked in said for asked in _ASKS) or _is_told(reading):
        return
    verbs = [index for index in sorted(reading.meant) if _is_verb(reading, index)]
    places, priced = _money(reading, verbs), not _PRICED.isdisjoint(token.key for token in reading.text.tokens)
    if len(places) > 1:
        reading.left_open["column"] = tuple(place.column for place in places)
    if len(places) != 1:
        reading.unclear = True
        return
    words = [i for i, item in enumerate(reading.items) if item.kind == "word" and item.said in VERBS | _MONEY]
    counts = (i - 1 for i in words if reading.said(i) == "钱" and reading.cue(i - 1) == "count")
    reading.take(*verbs, *words, *counts)
    if priced:
        reading.unclear |= not reading.plan.conditions  # each of them has a price of its own
        reading.plan.columns += places
    else:
        reading.unclear |= _is_of_another(reading, places[0])
        reading.plan.measures.append(Measure("sum", places[0].table, places[0].column))
        reading.take(*(i for i in range(len(reading.items)) if reading.cue(i) == "sum"))


def _is_told(reading: Reading) -> bool:
    """Whether it is said of what: by an amount, a term, or an aggregate that stands for itself."""
    if reading.plan.measures or any(reading.instructs(i, "avg", "min", "max") for i in range(len(reading.items))):
        return True
    named = (i for i in reading.meant if reading.free(i) and not reading.in_brackets(i) and not _is_verb(reading, i))
    places = (reading.column(index) for index in named)
    measures = any(meant.kind == "measure" for meant in reading.meant.values())
    return measures or any(place is not None and is_amount(reading, place) for place in places)


def _is_verb(reading: Reading, index: int) -> bool:
    """Whether a column is only what a verb sounds like: a key or date, or an amount of which nothing else speaks."""
    place = reading.column(index)
    if place is None or not reading.free(index) or reading.said(index) not in VERBS:
        return False
    others = {meant.table for other, meant in reading.meant.items() if other != index}
    return not is_amount(reading, place) or (place.table not in others and bool(others))


def _money(reading: Reading, verbs: list[int]) -> list[Place]:
    """The columns of money of all tables that are spoken of; the one in brackets, as it is offered."""
    last = len(reading.items) - 1
    chosen = reading.column(last) if reading.in_brackets(last) else None
    if chosen is not None and is_amount(reading, chosen):
        reading.take(last)
        return [chosen]
    verbal = {i for i in verbs if (place := reading.column(i)) is not None and is_amount(reading, place)}
    tables = dict.fromkeys(meant.table for index, meant in reading.meant.items() if index not in verbal)
    return [place for table in tables for place in amounts_of(reading, table) if is_money(reading, place)]


def _is_of_another(reading: Reading, place: Place) -> bool:
    """Whether another table is called like the verb: what was paid is in the payments, and not what is owed."""
    verbs = {_PAY.get(token.key, token.key) for token in reading.text.tokens if token.text.lower() in VERBS}
    alike = {
        table.name
        for table in reading.schema.tables
        if any(word.startswith(verb) for verb in verbs if len(verb) >= _SHORTEST for word in keys(table.name))
    }
    return bool(alike) and place.table not in alike
