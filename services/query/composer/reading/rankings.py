"""Reads what comes first: the most and the least, the top five, the latest, and by what things are ordered."""

from services.query.composer.language.cues import COUNTING, EARLY, KINDS, RECENT, SPANS, CueName
from services.query.composer.language.words import keys, lemma
from services.query.composer.linking.names import name_column
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Aggregate, Comparison, Condition, Measure, Place
from services.query.composer.reading.negation import AGGREGATES
from services.query.composer.reading.reading import Reading

_COMMON = frozenset({"common", "popular", "frequent", "frequently", "often", "commonly", "busiest", "popularity"})
_TIME_LIKE = ("date", "year", "birth", "dob", "time")
_MOST_KINDS = {
    "oldest": (
        ("age", True),
        ("birth", False),
        ("birthday", False),
        ("dob", False),
        ("born", False),
        ("founded", False),
        ("opened", False),
        ("year", False),
    ),
    "youngest": (("age", False), ("birth", True), ("birthday", True), ("dob", True), ("born", True), ("year", True)),
}


def read_rankings(reading: Reading) -> None:
    """Take superlatives, limits, and words of order."""
    _orders(reading)
    for index, item in enumerate(reading.items):
        if item.cue in ("most", "least", "top", "bottom") and index not in reading.used:
            _ranking(reading, index)


def _number_of_things(reading: Reading, index: int) -> int | None:
    """`the 3 departments with the most courses`: a number right before a thing that is shown."""
    for near in range(index - 1, -1, -1):
        mark = reading.items[near].mark
        if (
            reading.items[near].kind == "number"
            and near not in reading.used
            and mark is not None
            and near + 1 in reading.meant
        ):
            if (
                reading.roles[near] == "select"
                and (mark.number or "").isdecimal()
                and reading.meant[near + 1].kind in ("table", "column")
            ):
                return near
    return None


def _number_beside(reading: Reading, index: int) -> int | None:
    for near in (reading.after(index), index - 1):
        if 0 <= near < len(reading.items) and reading.items[near].kind == "number" and near not in reading.used:
            mark = reading.items[near].mark
            if mark is not None and (mark.number or "").isdecimal() and int(mark.number or 0) > 0:
                return near if not _spans_time(reading, near) else None
    return None


def _spans_time(reading: Reading, index: int) -> bool:
    """`30 days`: a number of a unit of time counts no things."""
    position = reading.items[index].last
    tokens = tuple(token.key for token in reading.text.tokens[position : position + 2])
    meant = any(item.first == position and item.kind == "thing" for item in reading.items)
    return not meant and (tokens in SPANS or tokens[:1] in SPANS)


def _ranking(reading: Reading, index: int) -> None:
    item = reading.items[index]
    said = item.said.removeprefix("the ")
    number = _number_beside(reading, index)
    if number is None and item.cue in ("most", "least"):
        number = _number_of_things(reading, index)
    if _chain(reading, index) or _is_bound(reading, index):
        return
    if item.cue in ("top", "bottom") and number is not None and reading.plan.order_by and reading.plan.limit == 1:
        reading.plan.limit = int(reading.number(number))  # 利润占比最多时，给出排名前3的
        reading.used |= {index, number}
        return
    if (
        item.cue in ("top", "bottom")
        and number is None
        and said not in RECENT | EARLY
        and not _one_is_asked(reading, index)
    ):
        return
    descending = said in RECENT or (item.cue in ("most", "top") and said not in EARLY)
    behind = reading.after(index)
    if number is not None and number > index:
        behind = reading.after(number)
    taken = {index} | ({number} if number is not None else set())
    if item.cue in ("top", "bottom") and behind < len(reading.items) and reading.items[behind].cue in ("most", "least"):
        descending = reading.items[behind].cue == "most"
        taken.add(behind)
        behind = reading.after(behind)
    limit = int(reading.number(number) or 1) if number is not None else 1
    if _by_count(reading, index, behind, descending=descending, limit=limit, taken=taken):
        return
    if behind < len(reading.items) and reading.items[behind].cue in AGGREGATES:
        near = reading.after(behind)
        if reading.table(near) and reading.column(near + 1) is not None:
            near += 1  # `the highest total invoice amount`
        if (place := reading.column(near)) is not None:
            measure = Measure(AGGREGATES[reading.items[behind].cue or "avg"], place.table, place.column)
            _order(reading, measure, descending=descending, limit=limit, taken=taken | {behind, near})
            return
    before = reading.before(index)
    if (
        not said.isascii()
        and (place := reading.column(before)) is not None
        and before not in reading.used
        and reading.measurable(place)
    ):
        cue = reading.before(before)
        aggregate = AGGREGATES.get(reading.items[cue].cue) if cue >= 0 and cue not in reading.used else None  # type: ignore[arg-type]
        if aggregate:
            measure = Measure(aggregate, place.table, place.column)
            _order(reading, measure, descending=descending, limit=limit, taken=taken | {before, cue})
            return
        _order(reading, place, descending=descending, limit=limit, taken=taken | {before})
        return
    place = reading.column(behind)
    if _ranked_by_count(reading, behind, descending=descending, limit=limit, taken=taken):
        return
    by = _ranked_by(reading, behind)
    if by is not None and (reading.table(behind) or (place is not None and not reading.measurable(place))):
        ranked = reading.column(by)
        if ranked is not None:
            label = name_column(reading.schema.table(place.table)) if place is not None else None
            reading.unclear |= place is not None and (
                label is None or label.name != place.column
            )  # a group has no price
            _order(reading, ranked, descending=descending, limit=limit, taken=taken | {by, by - 1})
            return
    if place is not None and behind not in reading.used and (reading.measurable(place) or reading.is_number(place)):
        if number is None and _asks_for_it(reading, index, behind):
            reading.plan.measures.append(Measure("max" if descending else "min", place.table, place.column))
            reading.used |= taken | {behind}
            return
        _order(reading, place, descending=descending, limit=limit, taken=taken | {behind})
        return
    table = reading.table(behind)
    if table is None and place is not None:
        table = place.table
    found = _of_its_kind(reading, said, table)
    if found is not None:
        place, turned = found
        _order(reading, place, descending=descending if turned is None else turned, limit=limit, taken=taken)


def _is_bound(reading: Reading, index: int) -> bool:
    """占比最多0.1: a bound, and no rank."""
    bounds: dict[str, Comparison] = {"最多": "<=", "最少": ">="}
    comparison, number, before = bounds.get(reading.said(index)), index + 1, reading.before(index)
    place = reading.column(before)
    if comparison is None or number >= len(reading.items) or reading.items[number].kind != "number" or place is None:
        return False
    if (
        before in reading.used
        or number in reading.used
        or reading.items[number].last == len(reading.text.tokens)
        or number + 1 in reading.meant
    ):
        return False
    reading.plan.conditions.append(
        Condition(place.table, place, comparison, reading.number(number), number=reading.is_number(place))
    )
    reading.used |= {index, number, before}
    return True


def _chain(reading: Reading, index: int) -> bool:
    """`the lowest and highest rating`: both are asked for."""
    second = reading.after(index)
    if not (second < len(reading.items) and (reading.items[second].cue == "and" or reading.said(second) == "and")):
        return False
    second = reading.after(second)
    names: dict[CueName | None, Aggregate] = {"most": "max", "least": "min", "max": "max", "min": "min"}
    if second >= len(reading.items) or reading.items[second].cue not in names:
        return False
    near = reading.after(second)
    if near < len(reading.items) and reading.table(near) and reading.column(near + 1) is not None:
        near += 1
    place = reading.column(near)
    if place is None or not reading.measurable(place):
        return False
    for one in (index, second):
        reading.plan.measures.append(Measure(names[reading.items[one].cue], place.table, place.column))
    reading.used |= {index, second, near}
    return True


_BY = frozenset({"by", "按", "按照", "ranked by", "ordered by", "sorted by", "order by", "in order of"})


def _ranked_by_count(reading: Reading, index: int, *, descending: bool, limit: int, taken: set[int]) -> bool:
    """`top 5 airlines by number of flights`, `top 3 customers by revenue`."""
    for near in range(index + 1, min(index + 3, len(reading.items) - 1)):
        if reading.said(near) not in _BY or near in reading.used:
            continue
        meant, counted = reading.meant.get(near + 1), reading.table(near + 2)
        if meant is not None and meant.kind == "measure":
            measure = Measure("sum", meant.table, None, meant.expression, whole=meant.whole, beside=meant.beside)
            _order(reading, measure, descending=descending, limit=limit, taken=taken | {near, near + 1})
            return True
        if reading.items[near + 1].cue == "count" and counted is not None:
            _order(
                reading,
                Measure("count", counted),
                descending=descending,
                limit=limit,
                taken=taken | {near, near + 1, near + 2},
            )
            return True
        if reading.items[near + 1].cue in AGGREGATES and (place := reading.column(near + 2)) is not None:
            measure = Measure(AGGREGATES[reading.items[near + 1].cue or "avg"], place.table, place.column)
            _order(reading, measure, descending=descending, limit=limit, taken=taken | {near, near + 1, near + 2})
            return True
    return False


def _one_is_asked(reading: Reading, index: int) -> bool:
    """`top product by price`: one, where several would say how many."""
    behind = reading.after(index)
    word = reading.text.tokens[reading.items[behind].last - 1].text.lower() if behind < len(reading.items) else ""
    return _ranked_by(reading, behind) is not None and word.isascii() and lemma(word) == word


def _ranked_by(reading: Reading, index: int) -> int | None:
    """`top 3 products by price`."""
    for near in range(index + 1, min(index + 3, len(reading.items) - 1)):
        if (
            reading.said(near)
            in ("by", "按", "按照", "ranked by", "ordered by", "sorted by", "order by", "in order of")
            and near not in reading.used
        ):
            place = reading.column(near + 1)
            if place is not None and reading.measurable(place):
                return near + 1
    return None


def _asks_for_it(reading: Reading, index: int, behind: int) -> bool:
    """`what is the highest salary`: the value itself is asked for, and nothing else of its row."""
    if reading.roles[index] != "select":
        return False
    others = [
        i
        for i in reading.meant
        if i not in reading.used
        and i != behind
        and reading.roles[i] == "select"
        and reading.meant[i].kind == "column"
        and not (i + 1 < len(reading.items) and False)
    ]
    measured = [
        i
        for i, item in enumerate(reading.items)
        if item.cue in (*AGGREGATES, "count") and i not in reading.used and reading.roles[i] == "select"
    ]
    grouped = any(item.cue == "each" for item in reading.items)
    before = reading.items[index - 1] if index else None
    if before is not None and before.said in ("with", "has", "have", "having", "had"):
        return False
    return not others or bool(measured) or grouped


def _by_count(reading: Reading, index: int, behind: int, *, descending: bool, limit: int, taken: set[int]) -> bool:
    """`the most flights`, `the highest number of students`, `most common city`."""
    said = reading.items[index].said
    near = behind
    if (
        near < len(reading.items)
        and reading.said(near) in ("amount", "total amount", "number")
        and reading.table(reading.after(near))
    ):
        reading.used.add(near)
        _order(
            reading,
            Measure("count", reading.table(reading.after(near)) or ""),
            descending=descending,
            limit=limit,
            taken=taken | {near, reading.after(near)},
        )
        return True
    if near < len(reading.items) and reading.items[near].cue == "count":
        taken = taken | {near}
        near = reading.after(near)
        while near < len(reading.items) and reading.items[near].cue == "distinct":
            near = reading.after(near)
        if (table := reading.table(near)) is not None:
            _order(reading, Measure("count", table), descending=descending, limit=limit, taken=taken | {near})
            return True
        if (place := reading.column(near)) is not None:
            measure = Measure("count", place.table, place.column, distinct=not reading.known(place).primary_key)
            _order(reading, measure, descending=descending, limit=limit, taken=taken | {near})
            return True
        return False
    word = reading.said(index + 1)
    if word in _COMMON or (said in ("busiest",)):
        reading.used.add(index + 1)
        near = reading.after(index + 1)
        meant = reading.meant.get(near)
        if meant is None:
            meant = next((reading.meant[i] for i in sorted(reading.meant) if i not in reading.used), None)
        if meant is None:
            return False
        place = Place(meant.table, meant.column) if meant.kind == "column" and meant.column else None
        counted = next(
            (reading.table(i) for i in reading.meant if i > near and reading.table(i) and i not in reading.used), None
        )
        if place is not None:
            reading.group_by(place)
            _order(
                reading,
                Measure("count", counted or place.table),
                descending=descending,
                limit=limit,
                taken=taken | {near},
            )
            return True
        return False
    if said.removeprefix("the ") not in COUNTING and said not in COUNTING:
        return False
    if not said.isascii():
        return False
    table = reading.table(near)
    if table is None:
        return False
    others = [
        i
        for i in reading.meant
        if i not in reading.used
        and i != near
        and reading.meant[i].kind in ("table", "column")
        and reading.roles[i] != "order"
    ]
    if not others:
        return False
    _order(reading, Measure("count", table), descending=descending, limit=limit, taken=taken | {near})
    return True


def _order(reading: Reading, by: Measure | Place, *, descending: bool, limit: int, taken: set[int]) -> None:
    if isinstance(by, Place):
        by = _added(reading, by, taken)
    reading.plan.order_by = [by]
    reading.plan.descending = descending
    reading.plan.limit = limit
    reading.used |= taken


def _added(reading: Reading, by: Place, taken: set[int]) -> Measure | Place:
    """`the department with the most credits`, of which it has many: their sum."""
    shown = [
        reading.meant[i].table
        for i in sorted(reading.meant)
        if i not in reading.used | taken and reading.roles[i] == "select"
    ]
    if not shown or shown[0] == by.table or not reading.is_number(by):
        return by
    path = join_path(reading.schema, [shown[0], by.table], reading.spoken)
    if path and repeats(reading.schema, path, shown[0]) and all(table != by.table for table in shown):
        return Measure("sum", by.table, by.column)
    return by


def _of_its_kind(reading: Reading, said: str, table: str | None) -> tuple[Place, bool | None] | None:
    """The column that a superlative such as `longest` or `youngest` looks at by itself."""
    tables = [table] if table else list(dict.fromkeys(m.table for m in reading.meant.values()))
    for name in tables:
        columns = reading.schema.table(name).columns
        for kind, turned in _MOST_KINDS.get(said, ()):
            found = [c for c in columns if kind in keys(c.name)]
            if len(found) == 1:
                return Place(name, found[0].name), turned
        for kind in KINDS.get(said, ()):
            found = [c for c in columns if kind in keys(c.name)]
            if len(found) == 1:
                return Place(name, found[0].name), None
        if said in RECENT | EARLY:
            dates = [c for c in columns if c.is_date or c.holds_dates]
            if len(dates) == 1:
                return Place(name, dates[0].name), None
            years = [c for c in columns if "year" in keys(c.name)]
            if len(years) == 1 and not dates:
                return Place(name, years[0].name), None
            key = reading.schema.table(name).primary_key
            if said in ("last", "first") and not dates and key is not None and key.is_number:
                return Place(name, key.name), None
    return None


def _orders(reading: Reading) -> None:
    """`ordered by name`, `in descending order of price`, `sorted alphabetically`."""
    cues = [
        i
        for i, item in enumerate(reading.items)
        if item.cue in ("ascending", "descending", "order") and i not in reading.used
    ]
    if not cues:
        return
    turned = [i for i in cues if reading.items[i].cue == "descending"]
    by: list[Measure | Place] = []
    taken: set[int] = set(cues)
    for cue in cues:
        near = reading.after(cue)
        while near < len(reading.items) and (
            reading.said(near) in ("by", "of", "to", "according to")
            or reading.items[near].cue in ("each", "order", "distinct")
        ):
            taken.add(near)
            near = reading.after(near)
        while near < len(reading.items):
            if reading.items[near].cue == "count" and (table := reading.table(reading.after(near))) is not None:
                by.append(Measure("count", table))
                taken |= {near, reading.after(near)}
                near = reading.after(reading.after(near))
            elif reading.items[near].cue in AGGREGATES and (place := reading.column(reading.after(near))) is not None:
                by.append(Measure(AGGREGATES[reading.items[near].cue or "avg"], place.table, place.column))
                taken |= {near, reading.after(near)}
                near = reading.after(reading.after(near))
            elif (place := reading.column(near)) is not None and reading.roles[near] == "order":
                by.append(place)
                taken.add(near)
                near = reading.after(near)
            elif (
                reading.items[near].kind == "comma"
                or reading.items[near].cue == "and"
                or reading.said(near) == "and"
                or reading.said(near) in ("then", "their", "its")
            ):
                near += 1
            elif (
                (table := reading.table(near)) is not None
                and reading.column(near + 1) is not None
                and reading.roles[near] == "order"
            ):
                taken.add(near)
                near += 1
            else:
                break
        if by:
            break
    reading.plan.descending = bool(turned)
    reading.used |= taken
    reading.plan.order_by = by
    if not by:
        reading.plan.order_by = [Place("", "")]  # By what is shown first, which is not known yet.
