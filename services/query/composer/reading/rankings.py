"""Reads what comes first: the most and the least, the top five, the latest, and by what things are ordered."""

from services.query.composer.language.cues import COUNTING, EARLY, KINDS, RECENT, SPANS, CueName
from services.query.composer.language.words import keys, lemma
from services.query.composer.linking.names import name_column
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Aggregate, Comparison, Condition, Measure, Place
from services.query.composer.reading.conditions import AGGREGATES
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


def read_rankings(r: Reading) -> None:
    """Take superlatives, limits, and words of order."""
    _orders(r)
    for index, item in enumerate(r.items):
        if item.cue in ("most", "least", "top", "bottom") and index not in r.used:
            _ranking(r, index)


def _number_of_things(r: Reading, index: int) -> int | None:
    """`the 3 departments with the most courses`: a number right before a thing that is shown."""
    for near in range(index - 1, -1, -1):
        mark = r.items[near].mark
        if r.items[near].kind == "number" and near not in r.used and mark is not None and near + 1 in r.meant:
            if (
                r.roles[near] == "select"
                and (mark.number or "").isdecimal()
                and r.meant[near + 1].kind in ("table", "column")
            ):
                return near
    return None


def _number_beside(r: Reading, index: int) -> int | None:
    for near in (r.after(index), index - 1):
        if 0 <= near < len(r.items) and r.items[near].kind == "number" and near not in r.used:
            mark = r.items[near].mark
            if mark is not None and (mark.number or "").isdecimal() and int(mark.number or 0) > 0:
                return near if not _spans_time(r, near) else None
    return None


def _spans_time(r: Reading, index: int) -> bool:
    """`30 days`: a number of a unit of time counts no things."""
    position = r.items[index].last
    tokens = tuple(token.key for token in r.text.tokens[position : position + 2])
    meant = any(item.first == position and item.kind == "thing" for item in r.items)
    return not meant and (tokens in SPANS or tokens[:1] in SPANS)


def _ranking(r: Reading, index: int) -> None:
    item = r.items[index]
    said = item.said.removeprefix("the ")
    number = _number_beside(r, index)
    if number is None and item.cue in ("most", "least"):
        number = _number_of_things(r, index)
    if _chain(r, index) or _is_bound(r, index):
        return
    if item.cue in ("top", "bottom") and number is not None and r.plan.order_by and r.plan.limit == 1:
        r.plan.limit = int(r.number(number))  # 利润占比最多时，给出排名前3的
        r.used |= {index, number}
        return
    if item.cue in ("top", "bottom") and number is None and said not in RECENT | EARLY and not _one_is_asked(r, index):
        return
    descending = said in RECENT or (item.cue in ("most", "top") and said not in EARLY)
    behind = r.after(index)
    if number is not None and number > index:
        behind = r.after(number)
    taken = {index} | ({number} if number is not None else set())
    if item.cue in ("top", "bottom") and behind < len(r.items) and r.items[behind].cue in ("most", "least"):
        descending = r.items[behind].cue == "most"
        taken.add(behind)
        behind = r.after(behind)
    limit = int(r.number(number) or 1) if number is not None else 1
    if _by_count(r, index, behind, descending=descending, limit=limit, taken=taken):
        return
    if behind < len(r.items) and r.items[behind].cue in AGGREGATES:
        near = r.after(behind)
        if r.table(near) and r.column(near + 1) is not None:
            near += 1  # `the highest total invoice amount`
        if (place := r.column(near)) is not None:
            measure = Measure(AGGREGATES[r.items[behind].cue or "avg"], place.table, place.column)
            _order(r, measure, descending=descending, limit=limit, taken=taken | {behind, near})
            return
    before = r.before(index)
    if not said.isascii() and (place := r.column(before)) is not None and before not in r.used and r.measurable(place):
        cue = r.before(before)
        aggregate = AGGREGATES.get(r.items[cue].cue) if cue >= 0 and cue not in r.used else None  # type: ignore[arg-type]
        if aggregate:
            measure = Measure(aggregate, place.table, place.column)
            _order(r, measure, descending=descending, limit=limit, taken=taken | {before, cue})
            return
        _order(r, place, descending=descending, limit=limit, taken=taken | {before})
        return
    place = r.column(behind)
    if _ranked_by_count(r, behind, descending=descending, limit=limit, taken=taken):
        return
    by = _ranked_by(r, behind)
    if by is not None and (r.table(behind) or (place is not None and not r.measurable(place))):
        ranked = r.column(by)
        if ranked is not None:
            label = name_column(r.schema.table(place.table)) if place is not None else None
            r.unclear |= place is not None and (label is None or label.name != place.column)  # a group has no price
            _order(r, ranked, descending=descending, limit=limit, taken=taken | {by, by - 1})
            return
    if place is not None and behind not in r.used and (r.measurable(place) or r.is_number(place)):
        if number is None and _asks_for_it(r, index, behind):
            r.plan.measures.append(Measure("max" if descending else "min", place.table, place.column))
            r.used |= taken | {behind}
            return
        _order(r, place, descending=descending, limit=limit, taken=taken | {behind})
        return
    table = r.table(behind)
    if table is None and place is not None:
        table = place.table
    found = _of_its_kind(r, said, table)
    if found is not None:
        place, turned = found
        _order(r, place, descending=descending if turned is None else turned, limit=limit, taken=taken)


def _is_bound(r: Reading, index: int) -> bool:
    """占比最多0.1: a bound, and no rank."""
    bounds: dict[str, Comparison] = {"最多": "<=", "最少": ">="}
    comparison, number, before = bounds.get(r.said(index)), index + 1, r.before(index)
    place = r.column(before)
    if comparison is None or number >= len(r.items) or r.items[number].kind != "number" or place is None:
        return False
    if before in r.used or number in r.used or r.items[number].last == len(r.text.tokens) or number + 1 in r.meant:
        return False
    r.plan.conditions.append(Condition(place.table, place, comparison, r.number(number), number=r.is_number(place)))
    r.used |= {index, number, before}
    return True


def _chain(r: Reading, index: int) -> bool:
    """`the lowest and highest rating`: both are asked for."""
    second = r.after(index)
    if not (second < len(r.items) and (r.items[second].cue == "and" or r.said(second) == "and")):
        return False
    second = r.after(second)
    names: dict[CueName | None, Aggregate] = {"most": "max", "least": "min", "max": "max", "min": "min"}
    if second >= len(r.items) or r.items[second].cue not in names:
        return False
    near = r.after(second)
    if near < len(r.items) and r.table(near) and r.column(near + 1) is not None:
        near += 1
    place = r.column(near)
    if place is None or not r.measurable(place):
        return False
    for one in (index, second):
        r.plan.measures.append(Measure(names[r.items[one].cue], place.table, place.column))
    r.used |= {index, second, near}
    return True


_BY = frozenset({"by", "按", "按照", "ranked by", "ordered by", "sorted by", "order by", "in order of"})


def _ranked_by_count(r: Reading, index: int, *, descending: bool, limit: int, taken: set[int]) -> bool:
    """`top 5 airlines by number of flights`, `top 3 customers by revenue`."""
    for near in range(index + 1, min(index + 3, len(r.items) - 1)):
        if r.said(near) not in _BY or near in r.used:
            continue
        meant, counted = r.meant.get(near + 1), r.table(near + 2)
        if meant is not None and meant.kind == "measure":
            measure = Measure("sum", meant.table, None, meant.expression, whole=meant.whole, beside=meant.beside)
            _order(r, measure, descending=descending, limit=limit, taken=taken | {near, near + 1})
            return True
        if r.items[near + 1].cue == "count" and counted is not None:
            _order(
                r,
                Measure("count", counted),
                descending=descending,
                limit=limit,
                taken=taken | {near, near + 1, near + 2},
            )
            return True
        if r.items[near + 1].cue in AGGREGATES and (place := r.column(near + 2)) is not None:
            measure = Measure(AGGREGATES[r.items[near + 1].cue or "avg"], place.table, place.column)
            _order(r, measure, descending=descending, limit=limit, taken=taken | {near, near + 1, near + 2})
            return True
    return False


def _one_is_asked(r: Reading, index: int) -> bool:
    """`top product by price`: one, where several would say how many."""
    behind = r.after(index)
    word = r.text.tokens[r.items[behind].last - 1].text.lower() if behind < len(r.items) else ""
    return _ranked_by(r, behind) is not None and word.isascii() and lemma(word) == word


def _ranked_by(r: Reading, index: int) -> int | None:
    """`top 3 products by price`."""
    for near in range(index + 1, min(index + 3, len(r.items) - 1)):
        if (
            r.said(near) in ("by", "按", "按照", "ranked by", "ordered by", "sorted by", "order by", "in order of")
            and near not in r.used
        ):
            place = r.column(near + 1)
            if place is not None and r.measurable(place):
                return near + 1
    return None


def _asks_for_it(r: Reading, index: int, behind: int) -> bool:
    """`what is the highest salary`: the value itself is asked for, and nothing else of its row."""
    if r.roles[index] != "select":
        return False
    others = [
        i
        for i in r.meant
        if i not in r.used
        and i != behind
        and r.roles[i] == "select"
        and r.meant[i].kind == "column"
        and not (i + 1 < len(r.items) and False)
    ]
    measured = [
        i
        for i, item in enumerate(r.items)
        if item.cue in (*AGGREGATES, "count") and i not in r.used and r.roles[i] == "select"
    ]
    grouped = any(item.cue == "each" for item in r.items)
    before = r.items[index - 1] if index else None
    if before is not None and before.said in ("with", "has", "have", "having", "had"):
        return False
    return not others or bool(measured) or grouped


def _by_count(r: Reading, index: int, behind: int, *, descending: bool, limit: int, taken: set[int]) -> bool:
    """`the most flights`, `the highest number of students`, `most common city`."""
    said = r.items[index].said
    near = behind
    if near < len(r.items) and r.said(near) in ("amount", "total amount", "number") and r.table(r.after(near)):
        r.used.add(near)
        _order(
            r,
            Measure("count", r.table(r.after(near)) or ""),
            descending=descending,
            limit=limit,
            taken=taken | {near, r.after(near)},
        )
        return True
    if near < len(r.items) and r.items[near].cue == "count":
        taken = taken | {near}
        near = r.after(near)
        while near < len(r.items) and r.items[near].cue == "distinct":
            near = r.after(near)
        if (table := r.table(near)) is not None:
            _order(r, Measure("count", table), descending=descending, limit=limit, taken=taken | {near})
            return True
        if (place := r.column(near)) is not None:
            measure = Measure("count", place.table, place.column, distinct=not r.of(place).primary_key)
            _order(r, measure, descending=descending, limit=limit, taken=taken | {near})
            return True
        return False
    word = r.said(index + 1)
    if word in _COMMON or (said in ("busiest",)):
        r.used.add(index + 1)
        near = r.after(index + 1)
        meant = r.meant.get(near)
        if meant is None:
            meant = next((r.meant[i] for i in sorted(r.meant) if i not in r.used), None)
        if meant is None:
            return False
        place = Place(meant.table, meant.column) if meant.kind == "column" and meant.column else None
        counted = next((r.table(i) for i in r.meant if i > near and r.table(i) and i not in r.used), None)
        if place is not None:
            r.group_by(place)
            _order(
                r, Measure("count", counted or place.table), descending=descending, limit=limit, taken=taken | {near}
            )
            return True
        return False
    if said.removeprefix("the ") not in COUNTING and said not in COUNTING:
        return False
    if not said.isascii():
        return False
    table = r.table(near)
    if table is None:
        return False
    others = [
        i
        for i in r.meant
        if i not in r.used and i != near and r.meant[i].kind in ("table", "column") and r.roles[i] != "order"
    ]
    if not others:
        return False
    _order(r, Measure("count", table), descending=descending, limit=limit, taken=taken | {near})
    return True


def _order(r: Reading, by: Measure | Place, *, descending: bool, limit: int, taken: set[int]) -> None:
    if isinstance(by, Place):
        by = _added(r, by, taken)
    r.plan.order_by = [by]
    r.plan.descending = descending
    r.plan.limit = limit
    r.used |= taken


def _added(r: Reading, by: Place, taken: set[int]) -> Measure | Place:
    """`the department with the most credits`, of which it has many: their sum."""
    shown = [r.meant[i].table for i in sorted(r.meant) if i not in r.used | taken and r.roles[i] == "select"]
    if not shown or shown[0] == by.table or not r.is_number(by):
        return by
    path = join_path(r.schema, [shown[0], by.table], r.spoken)
    if path and repeats(r.schema, path, shown[0]) and all(table != by.table for table in shown):
        return Measure("sum", by.table, by.column)
    return by


def _of_its_kind(r: Reading, said: str, table: str | None) -> tuple[Place, bool | None] | None:
    """The column that a superlative such as `longest` or `youngest` looks at by itself."""
    tables = [table] if table else list(dict.fromkeys(m.table for m in r.meant.values()))
    for name in tables:
        columns = r.schema.table(name).columns
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
            key = r.schema.table(name).primary_key
            if said in ("last", "first") and not dates and key is not None and key.is_number:
                return Place(name, key.name), None
    return None


def _orders(r: Reading) -> None:
    """`ordered by name`, `in descending order of price`, `sorted alphabetically`."""
    cues = [i for i, item in enumerate(r.items) if item.cue in ("ascending", "descending", "order") and i not in r.used]
    if not cues:
        return
    turned = [i for i in cues if r.items[i].cue == "descending"]
    by: list[Measure | Place] = []
    taken: set[int] = set(cues)
    for cue in cues:
        near = r.after(cue)
        while near < len(r.items) and (
            r.said(near) in ("by", "of", "to", "according to") or r.items[near].cue in ("each", "order", "distinct")
        ):
            taken.add(near)
            near = r.after(near)
        while near < len(r.items):
            if r.items[near].cue == "count" and (table := r.table(r.after(near))) is not None:
                by.append(Measure("count", table))
                taken |= {near, r.after(near)}
                near = r.after(r.after(near))
            elif r.items[near].cue in AGGREGATES and (place := r.column(r.after(near))) is not None:
                by.append(Measure(AGGREGATES[r.items[near].cue or "avg"], place.table, place.column))
                taken |= {near, r.after(near)}
                near = r.after(r.after(near))
            elif (place := r.column(near)) is not None and r.roles[near] == "order":
                by.append(place)
                taken.add(near)
                near = r.after(near)
            elif (
                r.items[near].kind == "comma"
                or r.items[near].cue == "and"
                or r.said(near) == "and"
                or r.said(near) in ("then", "their", "its")
            ):
                near += 1
            elif (table := r.table(near)) is not None and r.column(near + 1) is not None and r.roles[near] == "order":
                taken.add(near)
                near += 1
            else:
                break
        if by:
            break
    r.plan.descending = bool(turned)
    r.used |= taken
    r.plan.order_by = by
    if not by:
        r.plan.order_by = [Place("", "")]  # By what is shown first, which is not known yet.
