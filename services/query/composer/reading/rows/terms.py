"""Reads the terms that are conditions: `settled orders`, and things by themselves, such as `no-shows` or 贵宾."""

import re

from services.query.composer.linking.lexicon import Meant
from services.query.composer.queries.plan import Aggregate, Condition, Measure
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import add


def name_things(reading: Reading) -> None:
    """Let a term speak of the rows that it selects, where nothing else does: they are counted, ranked and excluded."""
    named = {meant.table for meant in reading.meant.values() if meant.kind == "table"}
    for index, meant in reading.meant.items():
        if meant.term:
            reading.plan.terms.append(meant.term)
        if meant.kind != "condition":
            continue
        condition = Condition(meant.table, expression=meant.expression, beside=meant.beside)
        reading.narrowed[index] = condition
        if meant.table not in named:
            reading.meant[index] = Meant(meant.table, term=meant.term, weight=meant.weight)


def read_terms(reading: Reading) -> None:
    """Take what the terms say of rows, unless it belongs to a query inside."""
    for index, condition in reading.narrowed.items():
        add(reading, condition, index)
        if reading.meant[index].kind == "condition":
            reading.take(index)
    reading.narrowed = {}


def narrowing(reading: Reading, indexes: list[int]) -> list[Condition]:
    """What the terms among some items say of rows; they say it nowhere else."""
    return [reading.narrowed.pop(index) for index in indexes if index in reading.narrowed]


def measure_of(reading: Reading, index: int, aggregate: Aggregate = "sum") -> Measure:
    """The measure that a term is, or an `aggregate` of what it computes of each row, by the name that is said."""
    meant, said = reading.meant[index], "_".join(re.findall(r"\w+", reading.said(index)))
    expression, whole = meant.expression, meant.whole
    return Measure(aggregate, meant.table, None, expression, whole=whole, beside=meant.beside, name=said)
