"""Reads how many there are of something, and how much one has of it: `how many flights`, 手机的单价是多少."""

from services.query.composer.language.codes import yes_of
from services.query.composer.language.small_words import HOW_MUCH
from services.query.composer.linking.amounts import amount_of
from services.query.composer.linking.names import name_column
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.kinds import rows_of_kind

_THING_WITHIN = 3
_KINDS = frozenset({"种", "类"})


def read_count(reading: Reading, index: int) -> None:
    """Take an instruction to count, with what is counted."""
    if _how_much(reading, index) or _count_each(reading, index):
        return
    near, distinct = _passed(reading, index)
    near = _behind_values(reading, near)
    before = reading.before(index)
    if before >= 0 and reading.items[before].kind == "ask":
        before = reading.before(before)  # `customers, how many of them`
    if near not in reading.meant and reading.thing(before) and before not in reading.used:
        near = before  # 订单数, 城市有多少个
    if reading.thing(near) and near not in reading.used:
        reading.take(index, near)
        reading.plan.measures.append(_measure(reading, near, distinct=distinct))
        _further_tables(reading, near)
    elif _counts_groups(reading):
        reading.plan.measures.append(Measure("count", reading.plan.groups[0].table))
        reading.take(index)
    elif near not in reading.meant and any(measure.aggregate == "count" for measure in reading.plan.measures):
        reading.take(index)
    else:
        _count_of_conditions(reading, index)


def _how_much(reading: Reading, index: int) -> bool:
    """手机的单价是多少, 手机有多少库存: the value that a thing has is asked for, and not how many there are."""
    if reading.said(index) not in HOW_MUCH or _counts_more(reading, index):
        return False
    aggregated = any(reading.instructs(i, "sum", "avg", "min", "max") for i in range(index))
    if reading.plan.measures or aggregated or any(meant.whole for meant in reading.meant.values()):
        reading.take(index)
        return True
    before, after = reading.before(index), reading.after(index)
    near = after if reading.free(after) and reading.column(after) else before
    place = reading.column(near)
    if place is None or near in reading.used or reading.plan.groups:
        return False
    named = bool(reading.plan.conditions) and reading.said(index) != "有多少" and near < index
    if not (reading.measurable(place) or named):
        return False
    if _is_amount_of_many(reading, place):
        reading.plan.measures.append(Measure("sum", place.table, place.column))
    else:
        reading.plan.columns += [*_whose(reading, place), place]
    reading.take(index, near)
    return True


def _counts_groups(reading: Reading) -> bool:
    """各原因的数量: of how many rows each is told, where only rows of one table have it."""
    plan = reading.plan
    if not plan.groups or plan.keyed or plan.measures or any(i not in reading.used for i in reading.meant):
        return False
    meant = (each for item in reading.items if item.mark for each in item.mark.meanings)
    return {each.table for each in meant} == {plan.groups[0].table}


def _count_each(reading: Reading, index: int) -> bool:
    """员工和房间各有多少: of each the number."""
    counted: list[int] = []
    near = index - 2
    while reading.free(near) and reading.table(near):
        counted.append(near)
        if not (reading.is_and(near - 1) or reading.kind(near - 1) == "comma"):
            break
        near -= 2
    if reading.cue(index - 1) != "each" or len(counted) < 2:
        return False
    reading.plan.measures += [Measure("count", reading.meant[i].table) for i in reversed(counted)]
    reading.take(index - 1, index, *counted)
    return True


def _is_amount_of_many(reading: Reading, place: Place) -> bool:
    """逾期发票的金额是多少: of all of them, as none of them is named."""
    table = reading.schema.table(place.table)
    amount, telling = amount_of(table), (table.primary_key, name_column(table))
    keys = [Place(table.name, column.name) for column in telling if column is not None]
    named = any(one.comparison == "=" and one.place in keys for one in reading.plan.conditions)
    return amount is not None and amount.name == place.column and bool(reading.plan.conditions) and not named


def _counts_more(reading: Reading, index: int) -> bool:
    """有多少员工和多少房间: the second of two."""
    near = reading.after(index)
    joined = bool(reading.plan.measures) and reading.is_and(index - 1)
    return joined and reading.free(near) and reading.table(near) is not None


def _whose(reading: Reading, place: Place) -> list[Place]:
    """The name of the thing whose value is told, unless the question has it."""
    known = {one.place for one in reading.plan.conditions if one.comparison == "="}
    label = reading.label(place.table)
    named = name_column(reading.schema.table(place.table)) is not None
    return [label] if named and label not in known else []


def _passed(reading: Reading, index: int) -> tuple[int, bool]:
    """What stands behind `how many`, passing by `different` and unknown words; whether each counts once."""
    near, distinct = reading.after(index), reading.word_after(index) in _KINDS
    while reading.cue(near) in ("distinct", "count") or reading.kind(near) == "word":
        distinct |= reading.cue(near) == "distinct"
        if reading.cue(near):
            reading.take(near)
        near = reading.after(near)
    return near, distinct


def _behind_values(reading: Reading, near: int) -> int:
    """The table behind a value: `how many gold customers`."""
    meant = reading.meant.get(near)
    if meant is None or meant.kind in ("table", "column"):
        return near
    further = range(near + 1, near + 1 + _THING_WITHIN)
    if near in reading.used:
        first = next((i for i in further if i in reading.meant and i not in reading.used), near)
        return first if reading.table(first) else near
    tables = (i for i in further if reading.table(i))
    return next(tables, near) if meant.kind == "value" else near


def _count_of_conditions(reading: Reading, index: int) -> None:
    """`how many are there in Berlin`: of the table that is named anywhere, or that the conditions speak of."""
    plan = reading.plan
    if not plan.conditions or plan.measures:
        return
    tables = (i for i in sorted(reading.meant) if reading.table(i) and i not in reading.used)
    table = reading.table(next(tables, -1))
    plan.measures.append(Measure("count", table or rows_of_kind(reading) or _asked_of(reading, index)))
    reading.take(index, *(i for i in reading.meant if table and reading.table(i) == table))


def _asked_of(reading: Reading, index: int) -> str:
    """The table of the value right behind `how many`; unclear of which, where conditions speak of several."""
    value = reading.value(index + 1)
    tables = dict.fromkeys(condition.table for condition in reading.plan.conditions)
    reading.unclear |= value is None and len(tables) > 1
    return value.table if value is not None else next(iter(tables))


def _measure(reading: Reading, near: int, *, distinct: bool) -> Measure:
    if table := reading.table(near):
        return _count_of_table(reading, near, table, distinct=distinct)
    place = reading.column(near)
    if place is None:
        raise ValueError("neither a table nor a column is counted")
    if reading.measurable(place) and not distinct:
        # Of visitors that are a number it may be the sum that is asked for.
        reading.unclear |= all(condition.place != place for condition in reading.plan.conditions)
    reading.unclear |= yes_of(reading.known(place)) is not None  # `how many neutered rabbits`: rows, and not yes and no
    unique = reading.known(place).primary_key and reading.key(place.table) is not None
    return Measure("count", place.table, place.column, distinct=not unique)


def _further_tables(reading: Reading, near: int) -> None:
    """`how many staff and rooms`: of each the number."""
    while reading.kind(near + 1) == "comma" or reading.is_and(near + 1):
        near += 2 + (reading.kind(near + 1) == "comma" and reading.is_and(near + 2))
        if not reading.free(near) or (table := reading.table(near)) is None or reading.roles[near] != "select":
            return
        reading.plan.measures.append(Measure("count", table))
        reading.take(near)


def _count_of_table(reading: Reading, near: int, table: str, *, distinct: bool) -> Measure:
    """`how many different customer cities`: of a column of it, where each counts once."""
    own = reading.column(near + 1) if reading.adjacent(near) else None
    if distinct and own is not None and own.table == table:
        reading.take(near + 1)
        return Measure("count", table, own.column, distinct=True)
    label = name_column(reading.schema.table(table))
    if distinct and label and not reading.key(table):
        return Measure("count", table, label.name, distinct=True)
    return Measure("count", table)
