"""Reads amounts that are added up: `the total amount of payments`, 付款总额, 每个月的付款金额."""

from dataclasses import replace

from services.query.composer.language.cues import CueName
from services.query.composer.language.small_words import VERBS
from services.query.composer.linking.amounts import amount_of
from services.query.composer.linking.names import name_column
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.reading.amounts.amounts import is_money
from services.query.composer.reading.reading import Reading

_TOTAL = ("total ", "总")
_AMOUNTS = ("amount", "amounts", "amt", "金额")
_SUMS = frozenset({"总额", "total amount of"})
_HOW_MUCH = frozenset({"what", "how much"})
_SURE = 0.9
_RANKS: tuple[CueName, ...] = ("most", "least", "top", "bottom", "avg", "min", "max")


def name_totals(reading: Reading) -> None:
    """Let `total amount` be that of what is spoken of, also where something else has a column of that name."""
    for index, meant in reading.meant.items():
        beside = [other for near, other in reading.meant.items() if near != index]
        others = {other.table for other in beside}
        owners = {other.table for other in beside if other.kind == "table"} or others
        if not _is_total(reading, index) or meant.table in others or len(owners) != 1:
            continue
        if amount := amount_of(reading.schema.table(*owners)):
            reading.meant[index] = replace(meant, table=min(owners), column=amount.name)


def read_totals(reading: Reading) -> None:
    """Take each amount that is asked for, but not of single rows."""
    plan = reading.plan
    for index in range(len(reading.items)):
        if reading.free(index) and not plan.measures and (place := _summed(reading, index)):
            plan.measures.append(Measure("sum", place.table, place.column))
            reading.take(index, *_verbs(reading, index, place.table))


def _verbs(reading: Reading, index: int, table: str) -> list[int]:
    """`paid` in `total amount paid in cash`, where the date of a payment is called so."""
    near = reading.column(index + 1) if reading.adjacent(index) else None
    verb = near is not None and near.table == table and reading.is_time(near) and reading.said(index + 1) in VERBS
    return [index + 1] if verb else []


def _summed(reading: Reading, index: int) -> Place | None:
    place = reading.column(index)
    if reading.instructs(index, "sum") and reading.said(index) in _SUMS:
        return _amount_beside(reading, index)
    ranked = any(reading.instructs(i, *_RANKS) for i in range(len(reading.items)))
    if (spent := _spent(reading, index)) is not None:
        return spent
    if place is None or ranked or place != _amount(reading, place.table):
        return None
    if reading.plan.groups and reading.said(index).endswith(_AMOUNTS):
        return place
    return place if _is_total(reading, index) and _is_asked_alone(reading, index) else None


def _spent(reading: Reading, index: int) -> Place | None:
    """`maintenance cost last month`, 上个月的运费: no more is said, and single costs by themselves tell nothing."""
    place, plan = reading.column(index), reading.plan
    asks = any(item.kind == "ask" or item.cue in ("each", *_RANKS) for item in reading.items)
    others = [i for i in reading.meant if reading.free(i) and i != index and reading.column(i)]
    if place is None or asks or others or plan.groups or plan.columns or not is_money(reading, place):
        return None
    if name_column(reading.schema.table(place.table)) is not None:
        return None  # the salary of those that were hired in a year is nothing that was spent in it
    dated = any(one.place and one.table == place.table and reading.is_time(one.place) for one in plan.conditions)
    return place if dated and reading.is_quantity(place) else None


def _amount_beside(reading: Reading, index: int) -> Place | None:
    """付款总额, where payments have one amount."""
    for near in (reading.before(index), reading.after(index)):
        if reading.free(near) and (table := reading.table(near)) and (place := _amount(reading, table)):
            reading.take(near)
            return place
    return None


def _amount(reading: Reading, table: str) -> Place | None:
    column = amount_of(reading.schema.table(table))
    return Place(table, column.name) if column else None


def _is_total(reading: Reading, index: int) -> bool:
    return reading.column(index) is not None and reading.said(index).startswith(_TOTAL)


def _is_asked_alone(reading: Reading, index: int) -> bool:
    """`what is the total amount of payments`, `total amount paid in cash`: of them all, and nothing else."""
    asks = [item.said for item in reading.items if item.kind == "ask"]
    others = (i for i in reading.meant if i != index and reading.free(i) and reading.roles[i] == "select")
    alone = not any(reading.column(i) and reading.meant[i].weight >= _SURE for i in others)
    return alone and reading.roles[index] == "select" and (not asks or asks[0] in _HOW_MUCH)
