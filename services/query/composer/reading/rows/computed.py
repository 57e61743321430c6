"""Reads numbers that a term is compared with, which is computed of each row: `longer than 7 nights`, 入住天数超过7."""

from services.query.composer.queries.plan import Condition, Having
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES, COMPARISONS, add
from services.query.composer.reading.rows.numbers import comparison_of
from services.query.composer.reading.rows.terms import measure_of


def read_computed(reading: Reading) -> None:
    """Take each of them; with an aggregate before the term it is that of each group."""
    for index in range(len(reading.items)):
        cue = comparison_of(reading, index) if reading.free(index) and reading.number(index) else None
        compared = _compared(reading, index, cue) if cue is not None else []
        if cue is not None and compared:
            _compare(reading, index, cue, compared)


def _compared(reading: Reading, index: int, cue: int) -> list[int]:
    """The items of the term: before the comparison, behind the number (`7 nights`), or both."""
    first, last = min(cue, index), max(cue, index)
    before = next((i for i in reversed(reading.clause(first)) if i < first and i in reading.meant), -1)
    behind = reading.after(last)
    found = [i for i in (before, behind) if reading.free(i) and _is_computed(reading, i)]
    terms = {reading.meant[i].expression for i in found}
    counts = behind == last + 1 and reading.thing(behind) and before in found  # `stays over 7 rooms`
    return found if len(terms) == 1 and not counts else []


def _is_computed(reading: Reading, index: int) -> bool:
    meant = reading.meant.get(index)
    return meant is not None and meant.kind == "measure" and not meant.whole


def _compare(reading: Reading, index: int, cue: int, compared: list[int]) -> None:
    meant, number = reading.meant[compared[0]], reading.number(index) or "0"
    comparison, aggregate = COMPARISONS[reading.cue(cue)], reading.before(compared[0])
    reading.take(index, cue, *compared)
    if reading.instructs(aggregate, *(name for name in AGGREGATES if name)) and reading.roles[aggregate] == "where":
        measure = measure_of(reading, compared[0], AGGREGATES[reading.cue(aggregate)])
        reading.plan.having.append(Having(measure, comparison, number))
        reading.take(aggregate)
        return
    condition = Condition(
        meant.table, None, comparison, number, number=True, expression=meant.expression, beside=meant.beside
    )
    add(reading, condition, min(index, cue, compared[0]))
