"""Reads what is shown: counts, aggregates, columns, names of things; and for each of what."""

from services.query.composer.language.cues import HOW_MUCH, CueName
from services.query.composer.language.words import keys
from services.query.composer.linking.lexicon import Meant
from services.query.composer.linking.names import name_column
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Aggregate, Measure, Place
from services.query.composer.reading.negation import AGGREGATES
from services.query.composer.reading.reading import Reading

_KEY_WORDS = frozenset({"id", "ids", "code", "number", "num", "no", "key", "编", "号"})


def read_groups(reading: Reading) -> None:
    """`per airline`, `for each department`, 每个月."""
    for index, item in enumerate(reading.items):
        if item.cue != "each" or index in reading.used or reading.roles[index] == "order":
            continue
        near = reading.after(index)
        while near < len(reading.items) and reading.items[near].cue in ("distinct", "each"):
            reading.used.add(near)
            near = reading.after(near)
        if near >= len(reading.items) or near in reading.used:
            continue
        meant = reading.meant.get(near)
        if meant is None or meant.kind not in ("table", "column"):
            continue
        if item.said in ("by", "按", "按照") and _ranks_by(reading, index, near):
            continue
        if item.said in ("by", "in", "at") and _restricted(reading, near, meant):
            reading.used.add(index)
            continue
        _group(reading, index, near, meant)


def _ranks_by(reading: Reading, index: int, near: int) -> bool:
    """`top 3 products by price`."""
    place = reading.column(near)
    ranked = any(item.cue in ("top", "bottom", "most", "least") for item in reading.items)
    return ranked and place is not None and reading.measurable(place)


def _restricted(reading: Reading, near: int, meant: Meant) -> bool:
    """`taught by the teacher named Ann`, `by customer with first name Ann`: it is known which one."""
    for further in range(near + 1, min(near + 7, len(reading.items))):
        if reading.items[further].kind in ("break", "ask"):
            break
        if further in reading.meant and reading.meant[further].kind == "value":
            value = reading.meant[further]
            return value.table == meant.table and meant.column in (None, value.column)
    return False


def _group(reading: Reading, index: int, near: int, meant: Meant) -> None:
    reading.used |= {index, near}
    further = reading.column(near + 1)
    if (
        meant.kind == "table"
        and further is not None
        and further.table == meant.table
        and reading.items[near + 1].first == reading.items[near].last
        and not reading.measurable(further)
    ):
        reading.used.add(near + 1)
        reading.group_by(further)
        return
    if meant.kind == "table":
        table = reading.schema.table(meant.table)
        place = (
            reading.label(meant.table)
            if name_column(table)
            else (reading.key(meant.table) or reading.label(meant.table))
        )
        reading.group_by(place)
        return
    reading.group_by(Place(meant.table, meant.column or ""))
    also = near
    while (
        also + 2 < len(reading.items)
        and (reading.items[also + 1].cue == "and" or reading.items[also + 1].said == "and")
        and (further := reading.column(also + 2)) is not None
        and reading.roles[also + 2] == "group"
    ):
        reading.group_by(further)
        also += 2
        reading.used.add(also)


def read_measures(reading: Reading) -> None:
    """`how many flights`, `the average and maximum salary`."""
    for index, item in enumerate(reading.items):
        if index in reading.used:
            continue
        if item.cue == "count" and reading.roles[index] != "where":
            if not _how_much(reading, index):
                _count(reading, index)
        elif item.cue in AGGREGATES:
            _aggregate(reading, index)
    for index, meant in reading.meant.items():
        if meant.whole and index not in reading.used:
            measure = Measure("sum", meant.table, meant.column, meant.expression, whole=True, beside=meant.beside)
            if measure not in reading.plan.measures:
                reading.plan.measures.append(measure)
            reading.used.add(index)
            if (
                index
                and reading.items[index - 1].cue == "sum"
                and (meant.expression or "").lower().startswith(("sum(", "count("))
            ):
                reading.used.add(index - 1)


def _how_much(reading: Reading, index: int) -> bool:
    """手机的单价是多少, 手机有多少库存: the value that a thing has is asked for, and not how many there are."""
    said = reading.said(index)
    if said not in HOW_MUCH:
        return False
    if (
        reading.plan.measures
        or any(reading.meant[i].whole for i in reading.meant)
        or any(i < index and reading.items[i].cue in AGGREGATES for i in range(index))
    ):
        reading.used.add(index)
        return True
    before, after = reading.before(index), reading.after(index)
    after_place = reading.column(after) if after not in reading.used else None
    near, place = (after, after_place) if after_place is not None else (before, reading.column(before))
    if place is None or near in reading.used or reading.plan.groups:
        return False
    number = reading.measurable(place)
    named = bool(reading.plan.conditions) and said != "有多少" and near < index
    if not (number or named):
        return False
    known = {one.place for one in reading.plan.conditions if one.place and one.comparison == "="}
    label = reading.label(place.table)
    if label not in known and name_column(reading.schema.table(place.table)) is not None:
        reading.plan.columns.append(label)
    reading.plan.columns.append(place)
    reading.used |= {index, near}
    return True


def _count(reading: Reading, index: int) -> None:
    near = reading.after(index)
    distinct = False
    while near < len(reading.items) and (
        reading.items[near].cue in ("distinct", "count") or reading.items[near].kind == "word"
    ):
        distinct |= reading.items[near].cue == "distinct"
        if reading.items[near].cue:
            reading.used.add(near)
        near = reading.after(near)
    meant = reading.meant.get(near)
    if meant is not None and near in reading.used and meant.kind not in ("table", "column"):
        later = next(
            (
                i
                for i in range(near + 1, min(near + 4, len(reading.items)))
                if i in reading.meant and i not in reading.used
            ),
            None,
        )
        if later is not None and reading.table(later):
            near, meant = later, reading.meant[later]
    before = reading.before(index)
    if (
        meant is None
        and before in reading.meant
        and before not in reading.used
        and reading.meant[before].kind in ("table", "column")
    ):
        near, meant = before, reading.meant[before]  # 订单数, 城市有多少个
    if meant is None and any(measure.aggregate == "count" for measure in reading.plan.measures):
        reading.used.add(index)
        return
    if meant is None or near in reading.used:
        if reading.plan.conditions and not reading.plan.measures:
            table = next((t for i in sorted(reading.meant) if (t := reading.table(i)) and i not in reading.used), None)
            chosen = table or reading.plan.conditions[0].table
            reading.plan.measures.append(Measure("count", chosen))
            reading.used.add(index)
            if table:
                reading.used |= {i for i in reading.meant if reading.table(i) == table}
        return
    if meant.kind == "value":
        later = next((i for i in range(near + 1, min(near + 4, len(reading.items))) if reading.table(i)), None)
        if later is not None:
            near, meant = later, reading.meant[later]
    reading.used |= {index, near}
    if meant.kind == "table":
        further = (
            reading.column(near + 1)
            if near + 1 < len(reading.items) and reading.items[near + 1].first == reading.items[near].last
            else None
        )
        if distinct and further is not None and further.table == meant.table:
            reading.used.add(near + 1)
            reading.plan.measures.append(Measure("count", further.table, further.column, distinct=True))
            return
        if distinct and (label := name_column(reading.schema.table(meant.table))) and not reading.key(meant.table):
            reading.plan.measures.append(Measure("count", meant.table, label.name, distinct=True))
            return
        reading.plan.measures.append(Measure("count", meant.table))
        return
    place = Place(meant.table, meant.column or "")
    if not meant.column:
        reading.plan.measures.append(Measure("count", meant.table))
        return
    if reading.measurable(place) and not distinct:
        reading.unclear |= not reading.plan.conditions
    unique = reading.known(place).primary_key and reading.key(meant.table) is not None
    reading.plan.measures.append(Measure("count", place.table, place.column, distinct=not unique))


def _aggregate(reading: Reading, index: int) -> None:
    cue = reading.items[index].cue
    cues = [index]
    near = reading.after(index)
    if (
        near < len(reading.items)
        and reading.items[near].cue == "count"
        and (counted := reading.column(reading.after(near))) is not None
        and reading.measurable(counted)
    ):
        reading.used.add(near)  # `the maximum number of stars`, which are a number
        near = reading.after(near)
    while near < len(reading.items) and (
        reading.items[near].kind == "comma"
        or reading.items[near].cue in ("and", *AGGREGATES, "most", "least")
        or reading.said(near) == "and"
    ):
        if reading.items[near].cue in (*AGGREGATES, "most", "least"):
            cues.append(near)
        near = reading.after(near)
    if near >= len(reading.items):
        place, near = None, -1
    else:
        place = reading.column(near)
        meant = reading.meant.get(near)
        if place is None and meant is not None and meant.kind == "table":
            later = reading.column(near + 1)
            if later is not None and near + 1 not in reading.used and reading.measurable(later):
                reading.used.add(near)
                place, near = later, near + 1
        if meant is not None and meant.kind == "measure" and not meant.whole and near not in reading.used:
            reading.plan.measures.append(
                Measure(AGGREGATES[cue or "avg"], meant.table, None, meant.expression, beside=meant.beside)
            )
            reading.used |= {*cues, near}
            return
    if place is None:
        before = reading.before(index)
        own = reading.column(before)
        if own is not None and before not in reading.used and reading.measurable(own):
            place, near, cues = own, before, [index]
    if (
        place is None
        or (near in reading.used and len(cues) == 1)
        or (not reading.is_number(place) and cue in ("sum", "avg"))
    ):
        return
    names: dict[CueName | None, Aggregate] = {
        "sum": "sum",
        "avg": "avg",
        "min": "min",
        "max": "max",
        "most": "max",
        "least": "min",
    }
    if cue in ("min", "max") and len(cues) == 1 and _ranks(reading, index, near):
        reading.plan.order_by, reading.plan.descending, reading.plan.limit = [place], cue == "max", 1
        reading.used |= {index, near}
        return
    reading.unclear |= reading.is_key(place) and cue in ("sum", "avg")
    for one in cues:
        reading.plan.measures.append(Measure(names[reading.items[one].cue], place.table, place.column))
    reading.used |= {*cues, near}
    also = near
    while also + 2 < len(reading.items) and (
        reading.items[also + 1].cue == "and"
        or reading.said(also + 1) == "and"
        or reading.items[also + 1].kind == "comma"
    ):
        nxt = also + 2 if reading.items[also + 1].kind != "comma" or reading.said(also + 2) != "and" else also + 3
        other = reading.column(nxt)
        if (
            other is None
            or nxt in reading.used
            or not reading.measurable(other)
            or not reading.is_number(other)
            or reading.roles[nxt] != reading.roles[near]
        ):
            break
        reading.plan.measures.append(Measure(AGGREGATES[cue or "avg"], other.table, other.column))
        reading.used.add(nxt)
        also = nxt


def _ranks(reading: Reading, index: int, column: int) -> bool:
    """`the name of the employee with the maximum salary`: the row that has it is asked for."""
    before = reading.items[index - 1] if index else None
    with_ = before is not None and before.said in ("with", "has", "have", "having", "had", "for", "the", "cover")
    clause = reading.roles[index] == "where"
    return (clause or with_) and not reading.plan.groups and not reading.plan.order_by


def read_counted_groups(reading: Reading) -> None:
    """`orders per month`: how many of them there are for each."""
    free = [
        i for i in reading.meant if i not in reading.used and reading.meant[i].kind in ("table", "column", "measure")
    ]
    if (
        reading.plan.groups
        and not (reading.plan.measures or reading.plan.order_by)
        and len(free) == 1
        and (table := reading.table(free[0]))
    ):
        reading.plan.measures.append(Measure("count", table))
        reading.used.add(free[0])


def read_columns(reading: Reading) -> None:
    """What is left is shown: named columns, or the names of the things."""
    for index in sorted(reading.meant):
        if index in reading.used:
            continue
        place = reading.column(index)
        if place is None and _in_a_list(reading, index):
            place = reading.label(reading.table(index) or "")
        if place is None:
            continue
        if reading.roles[index] == "select":
            if _is_verb(reading, index) or _name_of_column(reading, index) or _owns(reading, index, place):
                reading.used.add(index)
                continue
            for one in _names(reading, index, _named(reading, index, place)):
                if one not in reading.plan.columns:
                    reading.plan.columns.append(one)
            reading.used.add(index)
    _labels(reading)
    if not (reading.plan.columns or reading.plan.measures or reading.plan.groups):
        _things(reading)
    _joined(reading)
    if any(item.cue == "distinct" and i not in reading.used for i, item in enumerate(reading.items)):
        reading.plan.distinct = bool(reading.plan.columns)
        reading.used |= {i for i, item in enumerate(reading.items) if item.cue == "distinct"}


def _in_a_list(reading: Reading, index: int) -> bool:
    """`the id, genre and name`: a table among columns that are shown."""
    if reading.table(index) is None or reading.roles[index] != "select":
        return False

    def joins(near: int) -> bool:
        return 0 <= near < len(reading.items) and (reading.items[near].kind == "comma" or reading.said(near) == "and")

    before, after = index - 1, index + 1
    while before >= 0 and reading.items[before].kind == "open" and reading.said(before) in ("the", "its", "their"):
        before -= 1
    listed_before = joins(before) and any(reading.column(i) for i in (before - 1, before - 2) if i >= 0)
    listed_after = joins(after) and any(reading.column(i) for i in (after + 1, after + 2) if i < len(reading.items))
    return (listed_before and (joins(after) or reading.said(after) in ("of", "for"))) or (
        listed_before and listed_after
    )


def _owns(reading: Reading, index: int, place: Place) -> bool:
    """公司的营收占比: whose it is, and not asked for."""
    if reading.said(index + 1) != "的" or not (reading.known(place).foreign_key or place == reading.label(place.table)):
        return False
    near = index + 2
    while near < len(reading.items) and reading.items[near].cue in AGGREGATES:
        near += 1
    return reading.column(near) is not None and reading.items[near].cue != "label"


def _is_verb(reading: Reading, index: int) -> bool:
    """`released`, `working`: a column that is spoken of like that is not shown."""
    said, meant = reading.said(index), reading.meant[index]
    return said.endswith(("ed", "ing")) and " " not in said and meant.weight < 0.9 and len(reading.meant) > 1


def _name_of_column(reading: Reading, index: int) -> bool:
    """`the name of each city`, where a city is a column: its value is the name."""
    if reading.said(index) not in ("name", "names", "名称", "名字") and reading.items[index].cue != "label":
        return False
    near = reading.after(index)
    passed = reading.said(index + 1) in ("of", "for")
    while near < len(reading.items) and (
        reading.items[near].cue in ("each", "distinct") or reading.said(near) in ("for", "of")
    ):
        near = reading.after(near)
    place = reading.column(near)
    return passed and place is not None and not reading.is_key(place) and not reading.known(place).foreign_key


def _named(reading: Reading, index: int, place: Place) -> Place:
    """The name of what a key points at, unless the key itself is asked for."""
    target = reading.known(place).foreign_key
    if not target:
        return place
    words = {reading.text.tokens[i].key for i in range(reading.items[index].first, reading.items[index].last)}
    if words & _KEY_WORDS or any(word.endswith("id") for word in words):
        return place
    table = target.rpartition(".")[0].rpartition(".")[2]
    if table.lower() not in reading.schema.by_name or (found := name_column(reading.schema.table(table))) is None:
        return place
    said = {
        key
        for i in range(reading.items[index].first, reading.items[index].last)
        for key in (reading.text.tokens[i].key,)
    }
    whole = set(keys(place.column))
    return place if said == whole else Place(table, found.name)


def _names(reading: Reading, index: int, place: Place) -> list[Place]:
    """`full name` where first and last names are kept."""
    first = reading.items[index].first
    full = first > 0 and reading.text.tokens[first - 1].key == "full"
    return reading.names(place.table) if full and place == reading.label(place.table) else [place]


def _labels(reading: Reading) -> None:
    """`names of the shops`: the label of the table that follows, where no column is called so."""
    for index, item in enumerate(reading.items):
        if item.cue == "label" and index not in reading.used and reading.roles[index] == "select":
            if _name_of_column(reading, index):
                reading.used.add(index)
                continue
            before = reading.before(index)
            if before >= 0 and reading.column(before) is not None and not item.said.isascii():
                reading.used.add(index)  # 公司的名称, where a company is a column already
                continue
            table = reading.table(before) if before >= 0 and reading.items[before].last >= item.first - 1 else None
            table = table or next(
                (t for near in range(index + 1, min(index + 9, len(reading.items))) if (t := reading.table(near))), None
            )
            if table:
                reading.plan.columns += [place for place in reading.names(table) if place not in reading.plan.columns]
                reading.used.add(index)


def _things(reading: Reading) -> None:
    words = {reading.text.tokens[i].key for item in reading.items for i in range(item.first, item.last)} | {
        token.key for token in reading.text.tokens
    }
    tables = [i for i in sorted(reading.meant) if reading.table(i)]
    asked = [i for i in tables if reading.roles[i] == "select"] or tables
    if asked:
        table = reading.table(asked[0]) or ""
        reading.used |= {i for i in asked if reading.table(i) == table}
    elif reading.plan.conditions and reading.plan.conditions[0].tables:
        table = reading.plan.conditions[0].tables[0]
    else:
        return
    if words & {"information", "detail", "everything", "record", "row"} or {"all", "data"} <= words:
        reading.plan.everything = table
    else:
        reading.plan.columns += reading.row(table)


def _joined(reading: Reading) -> None:
    """Tables and columns that are named beside: whoever is shown has something in them."""
    present = set(reading.plan.tables)
    if not present:
        return
    for index in sorted(reading.meant):
        if index in reading.used or reading.meant[index].kind not in ("table", "column"):
            continue
        table = reading.meant[index].table
        if table in present:
            reading.used.add(index)
            continue
        path = join_path(reading.schema, [*reading.plan.tables], reading.spoken)
        inside = {end for edge in path or () for end in (edge.source, edge.target)}
        if table in inside:
            reading.used.add(index)
            continue
        joins = join_path(reading.schema, [*reading.plan.tables, table], reading.spoken)
        if joins is None:
            continue
        reading.plan.joined.append(table)
        reading.used.add(index)
