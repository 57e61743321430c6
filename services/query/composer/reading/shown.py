"""Reads what is shown: counts, aggregates, columns, names of things; and for each of what."""

from services.query.composer.language.cues import HOW_MUCH, CueName
from services.query.composer.language.words import keys
from services.query.composer.linking.lexicon import Meant
from services.query.composer.linking.names import name_column
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Aggregate, Measure, Place
from services.query.composer.reading.conditions import AGGREGATES
from services.query.composer.reading.reading import Reading

_KEY_WORDS = frozenset({"id", "ids", "code", "number", "num", "no", "key", "编", "号"})


def read_groups(r: Reading) -> None:
    """`per airline`, `for each department`, 每个月."""
    for index, item in enumerate(r.items):
        if item.cue != "each" or index in r.used or r.roles[index] == "order":
            continue
        near = r.after(index)
        while near < len(r.items) and r.items[near].cue in ("distinct", "each"):
            r.used.add(near)
            near = r.after(near)
        if near >= len(r.items) or near in r.used:
            continue
        meant = r.meant.get(near)
        if meant is None or meant.kind not in ("table", "column"):
            continue
        if item.said in ("by", "按", "按照") and _ranks_by(r, index, near):
            continue
        if item.said in ("by", "in", "at") and _restricted(r, near, meant):
            r.used.add(index)
            continue
        _group(r, index, near, meant)


def _ranks_by(r: Reading, index: int, near: int) -> bool:
    """`top 3 products by price`."""
    place = r.column(near)
    ranked = any(item.cue in ("top", "bottom", "most", "least") for item in r.items)
    return ranked and place is not None and r.measurable(place)


def _restricted(r: Reading, near: int, meant: Meant) -> bool:
    """`taught by the teacher named Ann`, `by customer with first name Ann`: it is known which one."""
    for further in range(near + 1, min(near + 7, len(r.items))):
        if r.items[further].kind in ("break", "ask"):
            break
        if further in r.meant and r.meant[further].kind == "value":
            value = r.meant[further]
            return value.table == meant.table and meant.column in (None, value.column)
    return False


def _group(r: Reading, index: int, near: int, meant: Meant) -> None:
    r.used |= {index, near}
    further = r.column(near + 1)
    if (
        meant.kind == "table"
        and further is not None
        and further.table == meant.table
        and r.items[near + 1].first == r.items[near].last
        and not r.measurable(further)
    ):
        r.used.add(near + 1)
        r.group_by(further)
        return
    if meant.kind == "table":
        table = r.schema.table(meant.table)
        place = r.label(meant.table) if name_column(table) else (r.key(meant.table) or r.label(meant.table))
        r.group_by(place)
        return
    r.group_by(Place(meant.table, meant.column or ""))
    also = near
    while (
        also + 2 < len(r.items)
        and (r.items[also + 1].cue == "and" or r.items[also + 1].said == "and")
        and (further := r.column(also + 2)) is not None
        and r.roles[also + 2] == "group"
    ):
        r.group_by(further)
        also += 2
        r.used.add(also)


def read_measures(r: Reading) -> None:
    """`how many flights`, `the average and maximum salary`."""
    for index, item in enumerate(r.items):
        if index in r.used:
            continue
        if item.cue == "count" and r.roles[index] != "where":
            if not _how_much(r, index):
                _count(r, index)
        elif item.cue in AGGREGATES:
            _aggregate(r, index)
    for index, meant in r.meant.items():
        if meant.whole and index not in r.used:
            measure = Measure("sum", meant.table, meant.column, meant.expression, whole=True, beside=meant.beside)
            if measure not in r.plan.measures:
                r.plan.measures.append(measure)
            r.used.add(index)
            if (
                index
                and r.items[index - 1].cue == "sum"
                and (meant.expression or "").lower().startswith(("sum(", "count("))
            ):
                r.used.add(index - 1)


def _how_much(r: Reading, index: int) -> bool:
    """手机的单价是多少, 手机有多少库存: the value that a thing has is asked for, and not how many there are."""
    said = r.said(index)
    if said not in HOW_MUCH:
        return False
    if (
        r.plan.measures
        or any(r.meant[i].whole for i in r.meant)
        or any(i < index and r.items[i].cue in AGGREGATES for i in range(index))
    ):
        r.used.add(index)
        return True
    before, after = r.before(index), r.after(index)
    after_place = r.column(after) if after not in r.used else None
    near, place = (after, after_place) if after_place is not None else (before, r.column(before))
    if place is None or near in r.used or r.plan.groups:
        return False
    number = r.measurable(place)
    named = bool(r.plan.conditions) and said != "有多少" and near < index
    if not (number or named):
        return False
    known = {one.place for one in r.plan.conditions if one.place and one.comparison == "="}
    label = r.label(place.table)
    if label not in known and name_column(r.schema.table(place.table)) is not None:
        r.plan.columns.append(label)
    r.plan.columns.append(place)
    r.used |= {index, near}
    return True


def _count(r: Reading, index: int) -> None:
    near = r.after(index)
    distinct = False
    while near < len(r.items) and (r.items[near].cue in ("distinct", "count") or r.items[near].kind == "word"):
        distinct |= r.items[near].cue == "distinct"
        if r.items[near].cue:
            r.used.add(near)
        near = r.after(near)
    meant = r.meant.get(near)
    if meant is not None and near in r.used and meant.kind not in ("table", "column"):
        later = next(
            (i for i in range(near + 1, min(near + 4, len(r.items))) if i in r.meant and i not in r.used), None
        )
        if later is not None and r.table(later):
            near, meant = later, r.meant[later]
    before = r.before(index)
    if meant is None and before in r.meant and before not in r.used and r.meant[before].kind in ("table", "column"):
        near, meant = before, r.meant[before]  # 订单数, 城市有多少个
    if meant is None and any(measure.aggregate == "count" for measure in r.plan.measures):
        r.used.add(index)
        return
    if meant is None or near in r.used:
        if r.plan.conditions and not r.plan.measures:
            table = next((t for i in sorted(r.meant) if (t := r.table(i)) and i not in r.used), None)
            chosen = table or r.plan.conditions[0].table
            r.plan.measures.append(Measure("count", chosen))
            r.used.add(index)
            if table:
                r.used |= {i for i in r.meant if r.table(i) == table}
        return
    if meant.kind == "value":
        later = next((i for i in range(near + 1, min(near + 4, len(r.items))) if r.table(i)), None)
        if later is not None:
            near, meant = later, r.meant[later]
    r.used |= {index, near}
    if meant.kind == "table":
        further = (
            r.column(near + 1) if near + 1 < len(r.items) and r.items[near + 1].first == r.items[near].last else None
        )
        if distinct and further is not None and further.table == meant.table:
            r.used.add(near + 1)
            r.plan.measures.append(Measure("count", further.table, further.column, distinct=True))
            return
        if distinct and (label := name_column(r.schema.table(meant.table))) and not r.key(meant.table):
            r.plan.measures.append(Measure("count", meant.table, label.name, distinct=True))
            return
        r.plan.measures.append(Measure("count", meant.table))
        return
    place = Place(meant.table, meant.column or "")
    if not meant.column:
        r.plan.measures.append(Measure("count", meant.table))
        return
    if r.measurable(place) and not distinct:
        r.unclear |= not r.plan.conditions
    unique = r.of(place).primary_key and r.key(meant.table) is not None
    r.plan.measures.append(Measure("count", place.table, place.column, distinct=not unique))


def _aggregate(r: Reading, index: int) -> None:
    cue = r.items[index].cue
    cues = [index]
    near = r.after(index)
    if (
        near < len(r.items)
        and r.items[near].cue == "count"
        and (counted := r.column(r.after(near))) is not None
        and r.measurable(counted)
    ):
        r.used.add(near)  # `the maximum number of stars`, which are a number
        near = r.after(near)
    while near < len(r.items) and (
        r.items[near].kind == "comma"
        or r.items[near].cue in ("and", *AGGREGATES, "most", "least")
        or r.said(near) == "and"
    ):
        if r.items[near].cue in (*AGGREGATES, "most", "least"):
            cues.append(near)
        near = r.after(near)
    if near >= len(r.items):
        place, near = None, -1
    else:
        place = r.column(near)
        meant = r.meant.get(near)
        if place is None and meant is not None and meant.kind == "table":
            later = r.column(near + 1)
            if later is not None and near + 1 not in r.used and r.measurable(later):
                r.used.add(near)
                place, near = later, near + 1
        if meant is not None and meant.kind == "measure" and not meant.whole and near not in r.used:
            r.plan.measures.append(
                Measure(AGGREGATES[cue or "avg"], meant.table, None, meant.expression, beside=meant.beside)
            )
            r.used |= {*cues, near}
            return
    if place is None:
        before = r.before(index)
        own = r.column(before)
        if own is not None and before not in r.used and r.measurable(own):
            place, near, cues = own, before, [index]
    if place is None or (near in r.used and len(cues) == 1) or (not r.is_number(place) and cue in ("sum", "avg")):
        return
    names: dict[CueName | None, Aggregate] = {
        "sum": "sum",
        "avg": "avg",
        "min": "min",
        "max": "max",
        "most": "max",
        "least": "min",
    }
    if cue in ("min", "max") and len(cues) == 1 and _ranks(r, index, near):
        r.plan.order_by, r.plan.descending, r.plan.limit = [place], cue == "max", 1
        r.used |= {index, near}
        return
    r.unclear |= r.is_key(place) and cue in ("sum", "avg")
    for one in cues:
        r.plan.measures.append(Measure(names[r.items[one].cue], place.table, place.column))
    r.used |= {*cues, near}
    also = near
    while also + 2 < len(r.items) and (
        r.items[also + 1].cue == "and" or r.said(also + 1) == "and" or r.items[also + 1].kind == "comma"
    ):
        nxt = also + 2 if r.items[also + 1].kind != "comma" or r.said(also + 2) != "and" else also + 3
        other = r.column(nxt)
        if (
            other is None
            or nxt in r.used
            or not r.measurable(other)
            or not r.is_number(other)
            or r.roles[nxt] != r.roles[near]
        ):
            break
        r.plan.measures.append(Measure(AGGREGATES[cue or "avg"], other.table, other.column))
        r.used.add(nxt)
        also = nxt


def _ranks(r: Reading, index: int, column: int) -> bool:
    """`the name of the employee with the maximum salary`: the row that has it is asked for."""
    before = r.items[index - 1] if index else None
    with_ = before is not None and before.said in ("with", "has", "have", "having", "had", "for", "the", "cover")
    clause = r.roles[index] == "where"
    return (clause or with_) and not r.plan.groups and not r.plan.order_by


def read_counted_groups(r: Reading) -> None:
    """`orders per month`: how many of them there are for each."""
    free = [i for i in r.meant if i not in r.used and r.meant[i].kind in ("table", "column", "measure")]
    if r.plan.groups and not (r.plan.measures or r.plan.order_by) and len(free) == 1 and (table := r.table(free[0])):
        r.plan.measures.append(Measure("count", table))
        r.used.add(free[0])


def read_columns(r: Reading) -> None:
    """What is left is shown: named columns, or the names of the things."""
    for index in sorted(r.meant):
        if index in r.used:
            continue
        place = r.column(index)
        if place is None and _in_a_list(r, index):
            place = r.label(r.table(index) or "")
        if place is None:
            continue
        if r.roles[index] == "select":
            if _is_verb(r, index) or _name_of_column(r, index) or _owns(r, index, place):
                r.used.add(index)
                continue
            for one in _names(r, index, _named(r, index, place)):
                if one not in r.plan.columns:
                    r.plan.columns.append(one)
            r.used.add(index)
    _labels(r)
    if not (r.plan.columns or r.plan.measures or r.plan.groups):
        _things(r)
    _joined(r)
    if any(item.cue == "distinct" and i not in r.used for i, item in enumerate(r.items)):
        r.plan.distinct = bool(r.plan.columns)
        r.used |= {i for i, item in enumerate(r.items) if item.cue == "distinct"}


def _in_a_list(r: Reading, index: int) -> bool:
    """`the id, genre and name`: a table among columns that are shown."""
    if r.table(index) is None or r.roles[index] != "select":
        return False

    def joins(near: int) -> bool:
        return 0 <= near < len(r.items) and (r.items[near].kind == "comma" or r.said(near) == "and")

    before, after = index - 1, index + 1
    while before >= 0 and r.items[before].kind == "open" and r.said(before) in ("the", "its", "their"):
        before -= 1
    listed_before = joins(before) and any(r.column(i) for i in (before - 1, before - 2) if i >= 0)
    listed_after = joins(after) and any(r.column(i) for i in (after + 1, after + 2) if i < len(r.items))
    return (listed_before and (joins(after) or r.said(after) in ("of", "for"))) or (listed_before and listed_after)


def _owns(r: Reading, index: int, place: Place) -> bool:
    """公司的营收占比: whose it is, and not asked for."""
    if r.said(index + 1) != "的" or not (r.of(place).foreign_key or place == r.label(place.table)):
        return False
    near = index + 2
    while near < len(r.items) and r.items[near].cue in AGGREGATES:
        near += 1
    return r.column(near) is not None and r.items[near].cue != "label"


def _is_verb(r: Reading, index: int) -> bool:
    """`released`, `working`: a column that is spoken of like that is not shown."""
    said, meant = r.said(index), r.meant[index]
    return said.endswith(("ed", "ing")) and " " not in said and meant.weight < 0.9 and len(r.meant) > 1


def _name_of_column(r: Reading, index: int) -> bool:
    """`the name of each city`, where a city is a column: its value is the name."""
    if r.said(index) not in ("name", "names", "名称", "名字") and r.items[index].cue != "label":
        return False
    near = r.after(index)
    passed = r.said(index + 1) in ("of", "for")
    while near < len(r.items) and (r.items[near].cue in ("each", "distinct") or r.said(near) in ("for", "of")):
        near = r.after(near)
    place = r.column(near)
    return passed and place is not None and not r.is_key(place) and not r.of(place).foreign_key


def _named(r: Reading, index: int, place: Place) -> Place:
    """The name of what a key points at, unless the key itself is asked for."""
    target = r.of(place).foreign_key
    if not target:
        return place
    words = {r.text.tokens[i].key for i in range(r.items[index].first, r.items[index].last)}
    if words & _KEY_WORDS or any(word.endswith("id") for word in words):
        return place
    table = target.rpartition(".")[0].rpartition(".")[2]
    if table.lower() not in r.schema.by_name or (found := name_column(r.schema.table(table))) is None:
        return place
    said = {key for i in range(r.items[index].first, r.items[index].last) for key in (r.text.tokens[i].key,)}
    whole = set(keys(place.column))
    return place if said == whole else Place(table, found.name)


def _names(r: Reading, index: int, place: Place) -> list[Place]:
    """`full name` where first and last names are kept."""
    first = r.items[index].first
    full = first > 0 and r.text.tokens[first - 1].key == "full"
    return r.names(place.table) if full and place == r.label(place.table) else [place]


def _labels(r: Reading) -> None:
    """`names of the shops`: the label of the table that follows, where no column is called so."""
    for index, item in enumerate(r.items):
        if item.cue == "label" and index not in r.used and r.roles[index] == "select":
            if _name_of_column(r, index):
                r.used.add(index)
                continue
            before = r.before(index)
            if before >= 0 and r.column(before) is not None and not item.said.isascii():
                r.used.add(index)  # 公司的名称, where a company is a column already
                continue
            table = r.table(before) if before >= 0 and r.items[before].last >= item.first - 1 else None
            table = table or next(
                (t for near in range(index + 1, min(index + 9, len(r.items))) if (t := r.table(near))), None
            )
            if table:
                r.plan.columns += [place for place in r.names(table) if place not in r.plan.columns]
                r.used.add(index)


def _things(r: Reading) -> None:
    words = {r.text.tokens[i].key for item in r.items for i in range(item.first, item.last)} | {
        token.key for token in r.text.tokens
    }
    tables = [i for i in sorted(r.meant) if r.table(i)]
    asked = [i for i in tables if r.roles[i] == "select"] or tables
    if asked:
        table = r.table(asked[0]) or ""
        r.used |= {i for i in asked if r.table(i) == table}
    elif r.plan.conditions and r.plan.conditions[0].tables:
        table = r.plan.conditions[0].tables[0]
    else:
        return
    if words & {"information", "detail", "everything", "record", "row"} or {"all", "data"} <= words:
        r.plan.everything = table
    else:
        r.plan.columns += r.row(table)


def _joined(r: Reading) -> None:
    """Tables and columns that are named beside: whoever is shown has something in them."""
    present = set(r.plan.tables)
    if not present:
        return
    for index in sorted(r.meant):
        if index in r.used or r.meant[index].kind not in ("table", "column"):
            continue
        table = r.meant[index].table
        if table in present:
            r.used.add(index)
            continue
        path = join_path(r.schema, [*r.plan.tables], r.spoken)
        inside = {end for edge in path or () for end in (edge.source, edge.target)}
        if table in inside:
            r.used.add(index)
            continue
        joins = join_path(r.schema, [*r.plan.tables, table], r.spoken)
        if joins is None:
            continue
        r.plan.joined.append(table)
        r.used.add(index)
