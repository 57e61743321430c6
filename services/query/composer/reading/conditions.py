"""Reads which rows are meant: stored values, comparisons, ranges, alternatives, parts of texts, what is missing."""

from dataclasses import replace

from services.query.composer.language.cues import CueName
from services.query.composer.language.words import keys
from services.query.composer.linking.lexicon import Meant
from services.query.composer.queries.plan import Aggregate, Comparison, Condition, Having, Measure, Place, Plan
from services.query.composer.reading.reading import Reading

COMPARISONS: dict[CueName, Comparison] = {
    "more": ">", "less": "<", "at_least": ">=", "at_most": "<=", "not_equal": "<>", "equal": "=",
}  # fmt: skip
AGGREGATES: dict[CueName, Aggregate] = {"sum": "sum", "avg": "avg", "min": "min", "max": "max"}
_OPPOSITE: dict[Comparison, Comparison] = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "=": "<>", "<>": "=",
                                           "like": "not like", "null": "not null"}  # fmt: skip
_KINDS = {"older than": ("age",), "younger than": ("age",), "longer than": ("duration", "length", "distance", "minute", "millisecond", "time"),
          "shorter than": ("duration", "length", "distance", "height"), "taller than": ("height",), "heavier than": ("weight",)}  # fmt: skip


def read_conditions(r: Reading) -> None:
    """Take everything that says which rows are meant."""
    _terms(r)
    _likes(r)
    _letters(r)
    _missing(r)
    _averages(r)
    _compared(r)
    _turned(r)
    _numbers(r)
    _years(r)
    _values(r)
    _quoted(r)


def _compared(r: Reading) -> None:
    """`a higher salary than X`, `salary greater than all instructors in X`, `more than the employee with id 163`."""
    for index, item in enumerate(r.items):
        name = item.cue if item.cue in ("more", "less") else _COMPARATIVES.get(item.said)
        if name is None or index in r.used:
            continue
        than, own = index, r.column(index + 1)
        if item.cue is None or own is not None:
            if own is None or r.said(index + 2) != "than":
                continue
            than = index + 2
        column = index + 1 if own is not None and than == index + 2 else _column_before(r, index)
        place = r.column(column) if column is not None else None
        if place is None or column is None or not r.measurable(place):
            continue
        end = next((i for i in range(than + 1, len(r.items)) if r.items[i].kind in ("break", "ask")), len(r.items))
        inside = range(than + 1, end)
        if any(r.items[i].kind == "number" for i in inside[:2]) and not any(r.table(i) for i in inside[:1]):
            continue
        tables = [i for i in inside if r.table(i)]
        values = [i for i in inside if i in r.meant and r.meant[i].kind == "value" and i not in r.used]
        numbers = [
            i
            for i in inside
            if r.items[i].kind == "number"
            and i not in r.used
            and r.column(r.before(i) if r.items[r.before(i)].cue != "equal" else r.before(r.before(i)))
        ]
        if not values and not numbers:
            continue
        words = {r.said(i) for i in inside} | {
            r.text.tokens[i].key for i in range(r.items[than].last, r.items[inside[-1]].last)
        }
        conditions = []
        taken = {index, than, column, *tables[:1], *values}
        for i in values:
            where = Place(r.meant[i].table, r.meant[i].column or "")
            conditions.append(Condition(where.table, where, "=", r.meant[i].value))
            _take_names(r, i, where)
        for i in numbers[:1]:
            near = r.before(i)
            near = r.before(near) if r.items[near].cue == "equal" else near
            named = r.column(near)
            if named is not None:
                conditions.append(Condition(named.table, named, "=", r.number(i), number=r.is_number(named)))
                taken |= {i, near, *([r.before(i)] if r.items[r.before(i)].cue == "equal" else [])}
        taken |= {i for i in inside if r.column(i) == place}
        taken |= {
            i
            for i in inside
            if r.items[i].cue in ("at_least", "each", "not_equal", "having", "and", "equal") or r.table(i)
        }
        aggregate: Aggregate | None = None
        if words & {"all", "every", "each", "any"}:
            aggregate = "max" if name == "more" else "min"
        elif words & {"some", "least"}:
            aggregate = "min" if name == "more" else "max"
        inner = Plan(conditions=conditions)
        if aggregate:
            inner.measures = [Measure(aggregate, place.table, place.column)]
        else:
            inner.columns = [place]
        r.plan.conditions.append(Condition(place.table, place, COMPARISONS[name], query=inner))
        r.used |= taken


_COMPARATIVES: dict[str, CueName] = {
    "more": "more", "higher": "more", "greater": "more", "larger": "more", "bigger": "more", "longer": "more",
    "lower": "less", "less": "less", "smaller": "less", "fewer": "less", "shorter": "less",
}  # fmt: skip


def _turned(r: Reading) -> None:
    """`a higher resolution than 720`: the comparison stands around its column."""
    for index, item in enumerate(r.items):
        name = _COMPARATIVES.get(item.said)
        if name is None or index in r.used or item.cue is not None or r.said(index + 2) != "than":
            continue
        place, number = r.column(index + 1), r.after(index + 2)
        if place is None or number >= len(r.items) or r.items[number].kind != "number" or index + 1 in r.used:
            continue
        mark = r.items[number].mark
        condition = Condition(
            place.table, place, COMPARISONS[name], mark.number if mark else "0", number=r.is_number(place)
        )
        r.used |= {index, index + 1, index + 2, number}
        _add(r, condition, index)


def _years(r: Reading) -> None:
    """`in 2009 or 2010`, `made before 2000`: of the one column that holds years."""
    for index, item in enumerate(r.items):
        number = item.mark.number if item.kind == "number" and item.mark else None
        if number is None or index in r.used or not (number.isdecimal() and 1900 <= int(number) <= 2099):
            continue
        cue = _comparison(r, index)
        said = r.text.tokens[item.first - 1].key if item.first else ""
        if cue is None and said not in ("in", "of", "during", "for", "or", "year"):
            continue
        beside = r.column(index - 1)
        if r.column(r.after(index)) is not None or (beside is not None and r.measurable(beside)):
            continue
        tables = dict.fromkeys(meant.table for meant in r.meant.values())
        years = [
            Place(t, c.name)
            for t in tables
            for c in r.schema.table(t).columns
            if "year" in keys(c.name) and c.is_number
        ]
        if not years:
            continue
        place = years[0]
        name = r.items[cue].cue if cue is not None else None
        other = _or_number(r, index)
        if name == "between":
            end = next((i for i in range(index + 1, min(index + 3, len(r.items))) if r.items[i].kind == "number"), None)
            if end is None or cue is None:
                continue
            condition = Condition(place.table, place, "=", number, r.number(end), number=True)
            r.used |= {index, end, cue} | set(range(index, end))
        elif other is not None and cue is None:
            condition = Condition(place.table, place, values=(number, r.number(other)), number=True)
            r.used |= {index, other, other - 1}
        else:
            condition = Condition(place.table, place, COMPARISONS.get(name, "=") if name else "=", number, number=True)
            r.used |= {index} | ({cue} if cue is not None else set())
        r.used |= {i for i in (index - 1, index - 2) if i >= 0 and r.column(i) == place}
        _add(r, condition, index)


def _terms(r: Reading) -> None:
    for index, meant in r.meant.items():
        if meant.term:
            r.plan.terms.append(meant.term)
        if meant.kind == "condition":
            r.plan.conditions.append(Condition(meant.table, expression=meant.expression, beside=meant.beside))
            r.used.add(index)


def _negated(r: Reading, index: int) -> bool:
    """Whether `not` stands before an item, in its clause; takes it."""
    for near in range(index - 1, max(-1, index - 4), -1):
        if near < r.clause(index)[0]:
            break
        if r.items[near].cue in ("not", "not_equal") and near not in r.used:
            r.used.add(near)
            return True
        if r.items[near].kind in ("thing", "number", "quoted") and near in r.used:
            break
    return False


def _add(r: Reading, condition: Condition, index: int) -> None:
    if _negated(r, index):
        condition = replace(condition, comparison=_OPPOSITE.get(condition.comparison, condition.comparison))
    r.plan.conditions.append(condition)


def _values(r: Reading) -> None:
    found: dict[Place, list[int]] = {}
    for index, meant in r.meant.items():
        if meant.kind == "value" and index not in r.used and meant.column:
            found.setdefault(Place(meant.table, meant.column), []).append(index)
    for place, where in found.items():
        values = list(dict.fromkeys(r.meant[index].value or "" for index in where))
        for index in where:
            _take_names(r, index, place)
        r.used |= set(where)
        if len(values) == 1:
            _add(r, Condition(place.table, place, "=", values[0]), where[0])
            continue
        joining = [i for i in range(where[0], where[-1]) if r.items[i].cue == "or" or r.said(i) in ("or", "either")]
        joining += [i for i in range(where[0]) if r.items[i].said == "either"]
        both = [i for i, item in enumerate(r.items) if item.said in ("both", "and also")]
        if joining:
            r.used |= set(joining)
            _add(r, Condition(place.table, place, values=tuple(values)), where[0])
        elif len(values) == 2:
            r.used |= set(both)
            r.plan.both = (Condition(place.table, place, "=", values[0]), Condition(place.table, place, "=", values[1]))
            if not _several(r, place):
                r.unclear = True
        else:
            r.unclear = True


def _several(r: Reading, place: Place) -> bool:
    """Whether what is shown may have two values of one column: not what stands in one row with it."""
    for index in r.meant:
        if index in r.used or r.roles[index] != "select" or r.meant[index].table != place.table:
            continue
        shown = r.column(index)
        if shown is None or r.of(shown).primary_key or shown == r.label(place.table):
            return False
    return True


def _take_names(r: Reading, index: int, place: Place) -> None:
    """`department` in `the history department`, `city` in `in the city of London`: what the value beside it is."""
    before = r.before(index)
    far = (
        r.before(before)
        if before >= 0 and (r.items[before].cue == "equal" or r.said(before) in ("as", "in", "for"))
        else -1
    )
    for near in (before, r.after(index), far):
        if near < 0 or near >= len(r.items) or near in r.used:
            continue
        meant = r.meant.get(near)
        if meant is None or r.items[near].kind != "thing":
            continue
        between = range(min(near, index) + 1, max(near, index))
        if any(r.items[i].kind in ("comma", "break") for i in between):
            continue
        if meant.kind == "column" and (meant.table, meant.column) == (place.table, place.column):
            r.used.add(near)
        if (
            meant.kind == "column"
            and meant.column != place.column
            and near < index
            and r.items[r.before(index)].cue == "equal"
        ):
            continue
    if before >= 0 and r.items[before].cue == "equal":
        r.used.add(before)


def _quoted(r: Reading) -> None:
    """A text in quotation marks, or a name after `named`, that is no known value: of the column beside it."""
    for index, item in enumerate(r.items):
        if item.kind not in ("quoted", "word") or index in r.used:
            continue
        if item.kind == "word" and not _is_name(r, index):
            continue
        near = r.before(index)
        named = r.items[near].cue == "equal" if near >= 0 else False
        column = r.column(r.before(near) if named else near)
        if column is None and named and r.said(near) in ("named", "called", "名为", "叫", "名叫"):
            table = r.table(r.before(near))
            column = r.label(table) if table else None
        if column is None or r.is_number(column):
            continue
        last = index
        while last + 1 < len(r.items) and r.items[last + 1].kind == "word" and _is_name(r, last + 1):
            last += 1
        value = (
            r.text.between(item.first, r.items[last].last)
            if item.kind == "word"
            else (item.mark.quoted or "" if item.mark else "")
        )
        _add(r, Condition(column.table, column, "=", value), index)
        r.used |= {*range(index, last + 1), near, *([r.before(near)] if named else [])}


def _is_name(r: Reading, index: int) -> bool:
    token = r.text.tokens[r.items[index].first].text
    return token[:1].isupper() and index > 0


def _likes(r: Reading) -> None:
    """`names that contain the letter M`, `dates that start with 8`."""
    for index, item in enumerate(r.items):
        if item.cue != "contains" or index in r.used:
            continue
        after = r.after(index)
        while after < len(r.items) and (
            r.said(after) in ("word", "letter", "string", "substring", "character", "phrase", "text")
            or r.items[after].kind == "open"
        ):
            r.used.add(after)
            after += 1
        column = next((i for i in range(index - 1, max(-1, index - 5), -1) if r.column(i) and i not in r.used), None)
        if after >= len(r.items) or column is None:
            continue
        place = r.column(column)
        value = r.text.between(r.items[after].first, r.items[after].last)
        mark = r.items[after].mark
        if mark is not None and mark.quoted:
            value = mark.quoted
        if place is None:
            continue
        said = item.said
        pattern = (
            f"{value}%"
            if said.startswith(("start", "begin"))
            else f"%{value}"
            if said.startswith("end")
            else f"%{value}%"
        )
        _add(r, Condition(place.table, place, "like", pattern), index)
        r.used |= {index, after}
        r.used.add(column)


def _letters(r: Reading) -> None:
    """`without the letter M in their first name`."""
    for index, item in enumerate(r.items):
        if item.said not in ("letter", "word", "letters") or index in r.used:
            continue
        value, column = index + 1, None
        for near in (*range(index + 2, min(index + 6, len(r.items))), index - 1, index - 2, index - 3):
            place = r.column(near) if near >= 0 else None
            if place is not None and near not in r.used and not r.is_number(place):
                column = near
                break
        place = r.column(column) if column is not None else None
        if column is None or place is None or value >= len(r.items) or value in r.used:
            text = r.text.tokens[item.last].text if item.last < len(r.text.tokens) else ""
            if place is None or column is None or not text:
                continue
            value = index
        else:
            text = r.text.tokens[r.items[value].first].text
        negated = any(r.items[i].cue in ("not", "without") and i not in r.used for i in range(max(0, index - 3), index))
        r.used |= {
            i for i in range(max(0, index - 3), index) if r.items[i].cue in ("not", "without", "contains", "having")
        }
        r.plan.conditions.append(Condition(place.table, place, "not like" if negated else "like", f"%{text.strip()}%"))
        r.used |= {index, value, column}


def _missing(r: Reading) -> None:
    """`with a missing address`, `do not have a date`, 没有填写地址."""
    for index, item in enumerate(r.items):
        if item.cue != "missing" or index in r.used:
            continue
        for near in (r.after(index), r.before(index), index + 2, index + 3):
            column = r.column(near)
            if column is not None and near not in r.used:
                negated = _negated(r, index)
                r.plan.conditions.append(Condition(column.table, column, "not null" if negated else "null"))
                r.used |= {index, near}
                break


def _averages(r: Reading) -> None:
    """`salary more than the average`, `above average price`: compared with the average of all."""
    for index, item in enumerate(r.items):
        if item.cue not in ("more", "less", "at_least", "at_most") or index in r.used:
            continue
        cue = r.after(index)
        if cue >= len(r.items) or r.items[cue].cue not in ("avg", "min", "max") or cue in r.used:
            continue
        behind, ahead = r.after(cue), _column_before(r, index)
        own = r.column(behind)
        if ahead is None and own is None:
            continue
        place = r.column(ahead) if ahead is not None else own
        other = own if own is not None and r.measurable(own) else place
        if place is None or other is None or not r.measurable(place):
            continue
        if r.said(index) in _KINDS and not set(_KINDS[r.said(index)]) & set(keys(place.column)):
            r.unclear = True
        inner = Plan(measures=[Measure(AGGREGATES[r.items[cue].cue or "avg"], other.table, other.column)])
        taken = {index, cue} | ({ahead} if ahead is not None else set()) | ({behind} if own is not None else set())
        for near in range(cue + 1, len(r.items)):  # the average of all those of a kind
            if r.items[near].kind in ("break", "ask"):
                break
            meant = r.meant.get(near)
            if meant and meant.kind == "value" and meant.column and near not in r.used:
                value_place = Place(meant.table, meant.column)
                inner.conditions.append(Condition(meant.table, value_place, "=", meant.value))
                taken.add(near)
                _take_names(r, near, value_place)
            elif meant and meant.kind == "table":
                taken.add(near)
        r.plan.conditions.append(Condition(place.table, place, COMPARISONS[item.cue or "more"], query=inner))
        r.used |= taken


def _column_before(r: Reading, index: int) -> int | None:
    """The measurable column that a comparison speaks of: the nearest before it in its clause."""
    steps = 0
    for near in range(index - 1, -1, -1):
        item = r.items[near]
        if near == index - 1 and item.cue in AGGREGATES and not item.said.isascii():
            continue  # 营收占比的平均值超过0.5
        if item.kind in ("break", "comma", "ask") or steps > 3:
            return None
        if item.kind == "open" and item.said in ("who", "whose", "that", "which", "where", "with", "having"):
            # `that are above 5`: what stands before the clause is no operand, but `with a price above 5` is inside it.
            return None
        column = r.column(near)
        if column is not None and near not in r.used:
            return near if r.measurable(column) or r.is_number(column) else None
        if item.kind in ("thing", "number"):
            steps += 1
            if item.kind == "number":
                return None
    return None


def _numbers(r: Reading) -> None:
    """`column more than 5`, `more than 5 things`, `2013年`, `between 3 and 5`, `id 163`."""
    for index, item in enumerate(r.items):
        if item.kind != "number" or index in r.used or item.mark is None or item.mark.number is None:
            continue
        number = item.mark.number
        cue = _comparison(r, index)
        name = r.items[cue].cue if cue is not None else None
        if cue is not None and name == "between":
            _between(r, index, cue)
            continue
        if cue is not None and _counts(r, index, cue):
            continue
        column = _number_column(r, index, cue)
        if column is None:
            continue
        place = r.column(column)
        if place is None or (r.is_time(place) and not r.is_number(place)):
            continue
        comparison = COMPARISONS.get(name, "=") if name else "="
        if cue is not None and r.said(cue) in _KINDS and not set(_KINDS[r.said(cue)]) & set(keys(place.column)):
            r.unclear = True
        pair = _and_number(r, index, column)
        if cue is None and pair is not None and r.plan.both is None:
            second = r.number(pair)
            number_typed = r.is_number(place)
            r.plan.both = (
                Condition(place.table, place, "=", number, number=number_typed),
                Condition(place.table, place, "=", second, number=number_typed),
            )
            r.used |= {index, column, pair} | {i for i in range(index, pair + 2) if r.column(i) == place}
            continue
        aggregate = _aggregate_of(r, column)
        if aggregate is not None and cue is not None:
            r.unclear |= not r.measurable(place)
            measure = Measure(AGGREGATES[r.items[aggregate].cue or "avg"], place.table, place.column)
            r.plan.having.append(Having(measure, comparison, number))
            r.used |= {index, column, aggregate, cue}
            continue
        numbers = [number]
        other = _or_number(r, index)
        if cue is None and other is not None:
            numbers.append(r.number(other))
            r.used |= {other, other - 1}
        if len(numbers) > 1:
            condition = Condition(place.table, place, values=tuple(numbers), number=r.is_number(place))
        else:
            condition = Condition(place.table, place, comparison, number, number=r.is_number(place))
        r.used |= {index, column} | ({cue} if cue is not None else set())
        _add(r, condition, min(column, index, cue if cue is not None else index))


def _and_number(r: Reading, index: int, column: int) -> int | None:
    """`3 stars and 4 stars`: rows of each."""
    for near in range(index + 1, min(index + 4, len(r.items))):
        between = [r.column(i) for i in range(index + 1, near) if r.items[i].kind == "thing"]
        if any(one != r.column(column) for one in between):
            return None
        if r.items[near].kind == "number" and any(
            r.items[i].cue == "and" or r.said(i) == "and" for i in range(index, near)
        ):
            after = r.column(near + 1)
            return near if after == r.column(column) or (column < index and after is None) else None
    return None


def _or_number(r: Reading, index: int) -> int | None:
    after = index + 2
    if (
        after < len(r.items)
        and r.items[after].kind == "number"
        and (r.items[index + 1].cue == "or" or r.said(index + 1) == "or")
    ):
        return after
    return None


def _comparison(r: Reading, index: int) -> int | None:
    """The comparison that a number belongs to: right before it, or behind it (`or more`, 以上)."""
    for near in (r.before(index), r.after(index), r.before(r.before(index))):
        if 0 <= near < len(r.items) and near not in r.used and r.items[near].cue in (*COMPARISONS, "between"):
            if r.items[near].cue == "equal" and r.said(near) not in (
                "等于",
                "正好",
                "equal to",
                "exactly",
                "equals",
                "equal",
            ):
                continue
            if near > index and r.said(near) not in (
                "or more",
                "or less",
                "以上",
                "以下",
                "及以上",
                "及以下",
                "起",
                "以后",
                "以前",
                "之后",
                "之前",
            ):
                continue
            return near
    return None


def _number_column(r: Reading, index: int, cue: int | None) -> int | None:
    """The column a number is compared with: before the comparison, or right behind the number."""
    after = r.after(index)
    behind = r.column(after)
    if cue is not None:
        before = _column_before(r, min(cue, index))
        if (
            behind is not None
            and r.measurable(behind)
            and after not in r.used
            and (before is None or r.items[index + 1].kind == "thing")
        ):
            return after
        return before if before is not None else _of_its_kind(r, cue)
    before = index - 1
    if before >= 0 and (r.items[before].cue == "equal" or r.said(before) in ("of", "=", "as")):
        before = r.before(before)
    place = r.column(before)
    if place is not None and before not in r.used and not _limits(r, index):
        return before
    if (
        behind is not None
        and after not in r.used
        and r.is_number(behind)
        and not _limits(r, index)
        and index + 1 == after
    ):
        return after
    return None


def _of_its_kind(r: Reading, cue: int) -> int | None:
    return None


def _limits(r: Reading, index: int) -> bool:
    """`top 5`, `the 3 most`, `5 highest`: how many are shown."""
    near = (r.before(index), r.after(index))
    return any(0 <= i < len(r.items) and r.items[i].cue in ("top", "bottom", "most", "least") for i in near)


def _between(r: Reading, index: int, cue: int) -> None:
    other = next((i for i in range(index + 1, min(index + 4, len(r.items))) if r.items[i].kind == "number"), None)
    column = _column_before(r, cue)
    place = r.column(column) if column is not None else None
    if other is None or place is None or column is None or other in r.used:
        return
    low, high = r.items[index].mark, r.items[other].mark
    if low is None or high is None or (r.is_time(place) and not r.is_number(place)):
        return
    condition = Condition(place.table, place, "=", low.number, high.number, number=r.is_number(place))
    r.plan.conditions.append(condition)
    r.used |= {index, other, column, cue} | set(range(index + 1, other))


def _aggregate_of(r: Reading, column: int) -> int | None:
    """`average salary above 8000`: the aggregate right before a column of a condition."""
    near = r.before(column)
    han = not r.said(column).isascii()
    if near >= 0 and near not in r.used and r.items[near].cue in AGGREGATES and (han or r.roles[near] == "where"):
        return near
    near = column + 1
    if han and near < len(r.items) and near not in r.used and r.items[near].cue in AGGREGATES:
        return near  # 营收占比的平均值超过0.5
    return None


def _counts(r: Reading, index: int, cue: int) -> bool:
    """`more than 100 planes`, `at least 2 classes`, `whose number of departments is less than 5`: how many each has."""
    name = r.items[cue].cue
    thing = r.after(cue if cue > index else index)
    counted: int | None = thing if thing < len(r.items) and r.table(thing) else None
    count = None
    before = r.before(cue)
    if counted is None and before >= 0 and not r.said(cue).isascii() and before not in r.used:
        if r.items[before].cue == "count" and r.table(before - 1):
            r.used.add(before)
            counted = count = before - 1  # 客户数量大于4
        elif r.table(before):
            counted = count = before  # 客户超过4位
    if counted is None:
        for near in range(cue - 1, max(-1, cue - 5), -1):
            if r.items[near].cue == "count" and r.roles[near] == "where" and near not in r.used:
                count = near
                after = r.after(near)
                while after < cue and r.items[after].cue == "distinct":
                    r.used.add(after)
                    after = r.after(after)
                counted = after if after < cue and after in r.meant else None
                break
    elif _column_before(r, min(cue, index)) is not None and r.column(_column_before(r, min(cue, index)) or 0):
        place = r.column(_column_before(r, min(cue, index)) or 0)
        if place is not None and r.measurable(place):
            return False
    if counted is None or name not in COMPARISONS:
        return False
    meant: Meant = r.meant[counted]
    if meant.kind == "table":
        measure = Measure("count", meant.table)
    elif meant.kind == "column" and count is not None:
        measure = Measure(
            "count", meant.table, meant.column, distinct=not r.of(Place(meant.table, meant.column or "")).primary_key
        )
    else:
        return False
    comparison = COMPARISONS[name]
    if comparison in ("<", "<=") and count is None:
        r.unclear = True  # Those that have none at all are in no row of the join.
    r.plan.having.append(Having(measure, comparison, r.number(index)))
    r.used |= {index, cue, counted} | ({count} if count is not None else set())
    return True


def texts(place: Place) -> tuple[str, ...]:
    """The words in the name of a column."""
    return keys(place.column)
