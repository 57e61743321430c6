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


def read_conditions(reading: Reading) -> None:
    """Take everything that says which rows are meant."""
    _terms(reading)
    _likes(reading)
    _letters(reading)
    _missing(reading)
    _averages(reading)
    _compared(reading)
    _turned(reading)
    _numbers(reading)
    _years(reading)
    _values(reading)
    _quoted(reading)


def _compared(reading: Reading) -> None:
    """`a higher salary than X`, `salary greater than all instructors in X`, `more than the employee with id 163`."""
    for index, item in enumerate(reading.items):
        name = item.cue if item.cue in ("more", "less") else _COMPARATIVES.get(item.said)
        if name is None or index in reading.used:
            continue
        than, own = index, reading.column(index + 1)
        if item.cue is None or own is not None:
            if own is None or reading.said(index + 2) != "than":
                continue
            than = index + 2
        column = index + 1 if own is not None and than == index + 2 else _column_before(reading, index)
        place = reading.column(column) if column is not None else None
        if place is None or column is None or not reading.measurable(place):
            continue
        end = next(
            (i for i in range(than + 1, len(reading.items)) if reading.items[i].kind in ("break", "ask")),
            len(reading.items),
        )
        inside = range(than + 1, end)
        if any(reading.items[i].kind == "number" for i in inside[:2]) and not any(reading.table(i) for i in inside[:1]):
            continue
        tables = [i for i in inside if reading.table(i)]
        values = [
            i for i in inside if i in reading.meant and reading.meant[i].kind == "value" and i not in reading.used
        ]
        numbers = [
            i
            for i in inside
            if reading.items[i].kind == "number"
            and i not in reading.used
            and reading.column(
                reading.before(i)
                if reading.items[reading.before(i)].cue != "equal"
                else reading.before(reading.before(i))
            )
        ]
        if not values and not numbers:
            continue
        words = {reading.said(i) for i in inside} | {
            reading.text.tokens[i].key for i in range(reading.items[than].last, reading.items[inside[-1]].last)
        }
        conditions = []
        taken = {index, than, column, *tables[:1], *values}
        for i in values:
            where = Place(reading.meant[i].table, reading.meant[i].column or "")
            conditions.append(Condition(where.table, where, "=", reading.meant[i].value))
            _take_names(reading, i, where)
        for i in numbers[:1]:
            near = reading.before(i)
            near = reading.before(near) if reading.items[near].cue == "equal" else near
            named = reading.column(near)
            if named is not None:
                conditions.append(
                    Condition(named.table, named, "=", reading.number(i), number=reading.is_number(named))
                )
                taken |= {i, near, *([reading.before(i)] if reading.items[reading.before(i)].cue == "equal" else [])}
        taken |= {i for i in inside if reading.column(i) == place}
        taken |= {
            i
            for i in inside
            if reading.items[i].cue in ("at_least", "each", "not_equal", "having", "and", "equal") or reading.table(i)
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
        reading.plan.conditions.append(Condition(place.table, place, COMPARISONS[name], query=inner))
        reading.used |= taken


_COMPARATIVES: dict[str, CueName] = {
    "more": "more", "higher": "more", "greater": "more", "larger": "more", "bigger": "more", "longer": "more",
    "lower": "less", "less": "less", "smaller": "less", "fewer": "less", "shorter": "less",
}  # fmt: skip


def _turned(reading: Reading) -> None:
    """`a higher resolution than 720`: the comparison stands around its column."""
    for index, item in enumerate(reading.items):
        name = _COMPARATIVES.get(item.said)
        if name is None or index in reading.used or item.cue is not None or reading.said(index + 2) != "than":
            continue
        place, number = reading.column(index + 1), reading.after(index + 2)
        if (
            place is None
            or number >= len(reading.items)
            or reading.items[number].kind != "number"
            or index + 1 in reading.used
        ):
            continue
        mark = reading.items[number].mark
        condition = Condition(
            place.table, place, COMPARISONS[name], mark.number if mark else "0", number=reading.is_number(place)
        )
        reading.used |= {index, index + 1, index + 2, number}
        _add(reading, condition, index)


def _years(reading: Reading) -> None:
    """`in 2009 or 2010`, `made before 2000`: of the one column that holds years."""
    for index, item in enumerate(reading.items):
        number = item.mark.number if item.kind == "number" and item.mark else None
        if number is None or index in reading.used or not (number.isdecimal() and 1900 <= int(number) <= 2099):
            continue
        cue = _comparison(reading, index)
        said = reading.text.tokens[item.first - 1].key if item.first else ""
        if cue is None and said not in ("in", "of", "during", "for", "or", "year"):
            continue
        beside = reading.column(index - 1)
        if reading.column(reading.after(index)) is not None or (beside is not None and reading.measurable(beside)):
            continue
        tables = dict.fromkeys(meant.table for meant in reading.meant.values())
        years = [
            Place(t, c.name)
            for t in tables
            for c in reading.schema.table(t).columns
            if "year" in keys(c.name) and c.is_number
        ]
        if not years:
            continue
        place = years[0]
        name = reading.items[cue].cue if cue is not None else None
        other = _or_number(reading, index)
        if name == "between":
            end = next(
                (i for i in range(index + 1, min(index + 3, len(reading.items))) if reading.items[i].kind == "number"),
                None,
            )
            if end is None or cue is None:
                continue
            condition = Condition(place.table, place, "=", number, reading.number(end), number=True)
            reading.used |= {index, end, cue} | set(range(index, end))
        elif other is not None and cue is None:
            condition = Condition(place.table, place, values=(number, reading.number(other)), number=True)
            reading.used |= {index, other, other - 1}
        else:
            condition = Condition(place.table, place, COMPARISONS.get(name, "=") if name else "=", number, number=True)
            reading.used |= {index} | ({cue} if cue is not None else set())
        reading.used |= {i for i in (index - 1, index - 2) if i >= 0 and reading.column(i) == place}
        _add(reading, condition, index)


def _terms(reading: Reading) -> None:
    for index, meant in reading.meant.items():
        if meant.term:
            reading.plan.terms.append(meant.term)
        if meant.kind == "condition":
            reading.plan.conditions.append(Condition(meant.table, expression=meant.expression, beside=meant.beside))
            reading.used.add(index)


def _negated(reading: Reading, index: int) -> bool:
    """Whether `not` stands before an item, in its clause; takes it."""
    for near in range(index - 1, max(-1, index - 4), -1):
        if near < reading.clause(index)[0]:
            break
        if reading.items[near].cue in ("not", "not_equal") and near not in reading.used:
            reading.used.add(near)
            return True
        if reading.items[near].kind in ("thing", "number", "quoted") and near in reading.used:
            break
    return False


def _add(reading: Reading, condition: Condition, index: int) -> None:
    if _negated(reading, index):
        condition = replace(condition, comparison=_OPPOSITE.get(condition.comparison, condition.comparison))
    reading.plan.conditions.append(condition)


def _values(reading: Reading) -> None:
    found: dict[Place, list[int]] = {}
    for index, meant in reading.meant.items():
        if meant.kind == "value" and index not in reading.used and meant.column:
            found.setdefault(Place(meant.table, meant.column), []).append(index)
    for place, where in found.items():
        values = list(dict.fromkeys(reading.meant[index].value or "" for index in where))
        for index in where:
            _take_names(reading, index, place)
        reading.used |= set(where)
        if len(values) == 1:
            _add(reading, Condition(place.table, place, "=", values[0]), where[0])
            continue
        joining = [
            i for i in range(where[0], where[-1]) if reading.items[i].cue == "or" or reading.said(i) in ("or", "either")
        ]
        joining += [i for i in range(where[0]) if reading.items[i].said == "either"]
        both = [i for i, item in enumerate(reading.items) if item.said in ("both", "and also")]
        if joining:
            reading.used |= set(joining)
            _add(reading, Condition(place.table, place, values=tuple(values)), where[0])
        elif len(values) == 2:
            reading.used |= set(both)
            reading.plan.both = (
                Condition(place.table, place, "=", values[0]),
                Condition(place.table, place, "=", values[1]),
            )
            if not _several(reading, place):
                reading.unclear = True
        else:
            reading.unclear = True


def _several(reading: Reading, place: Place) -> bool:
    """Whether what is shown may have two values of one column: not what stands in one row with it."""
    for index in reading.meant:
        if index in reading.used or reading.roles[index] != "select" or reading.meant[index].table != place.table:
            continue
        shown = reading.column(index)
        if shown is None or reading.known(shown).primary_key or shown == reading.label(place.table):
            return False
    return True


def _take_names(reading: Reading, index: int, place: Place) -> None:
    """`department` in `the history department`, `city` in `in the city of London`: what the value beside it is."""
    before = reading.before(index)
    far = (
        reading.before(before)
        if before >= 0 and (reading.items[before].cue == "equal" or reading.said(before) in ("as", "in", "for"))
        else -1
    )
    for near in (before, reading.after(index), far):
        if near < 0 or near >= len(reading.items) or near in reading.used:
            continue
        meant = reading.meant.get(near)
        if meant is None or reading.items[near].kind != "thing":
            continue
        between = range(min(near, index) + 1, max(near, index))
        if any(reading.items[i].kind in ("comma", "break") for i in between):
            continue
        if meant.kind == "column" and (meant.table, meant.column) == (place.table, place.column):
            reading.used.add(near)
        if (
            meant.kind == "column"
            and meant.column != place.column
            and near < index
            and reading.items[reading.before(index)].cue == "equal"
        ):
            continue
    if before >= 0 and reading.items[before].cue == "equal":
        reading.used.add(before)


def _quoted(reading: Reading) -> None:
    """A text in quotation marks, or a name after `named`, that is no known value: of the column beside it."""
    for index, item in enumerate(reading.items):
        if item.kind not in ("quoted", "word") or index in reading.used:
            continue
        if item.kind == "word" and not _is_name(reading, index):
            continue
        near = reading.before(index)
        named = reading.items[near].cue == "equal" if near >= 0 else False
        column = reading.column(reading.before(near) if named else near)
        if column is None and named and reading.said(near) in ("named", "called", "名为", "叫", "名叫"):
            table = reading.table(reading.before(near))
            column = reading.label(table) if table else None
        if column is None or reading.is_number(column):
            continue
        last = index
        while last + 1 < len(reading.items) and reading.items[last + 1].kind == "word" and _is_name(reading, last + 1):
            last += 1
        value = (
            reading.text.between(item.first, reading.items[last].last)
            if item.kind == "word"
            else (item.mark.quoted or "" if item.mark else "")
        )
        _add(reading, Condition(column.table, column, "=", value), index)
        reading.used |= {*range(index, last + 1), near, *([reading.before(near)] if named else [])}


def _is_name(reading: Reading, index: int) -> bool:
    token = reading.text.tokens[reading.items[index].first].text
    return token[:1].isupper() and index > 0


def _likes(reading: Reading) -> None:
    """`names that contain the letter M`, `dates that start with 8`."""
    for index, item in enumerate(reading.items):
        if item.cue != "contains" or index in reading.used:
            continue
        after = reading.after(index)
        while after < len(reading.items) and (
            reading.said(after) in ("word", "letter", "string", "substring", "character", "phrase", "text")
            or reading.items[after].kind == "open"
        ):
            reading.used.add(after)
            after += 1
        column = next(
            (i for i in range(index - 1, max(-1, index - 5), -1) if reading.column(i) and i not in reading.used), None
        )
        if after >= len(reading.items) or column is None:
            continue
        place = reading.column(column)
        value = reading.text.between(reading.items[after].first, reading.items[after].last)
        mark = reading.items[after].mark
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
        _add(reading, Condition(place.table, place, "like", pattern), index)
        reading.used |= {index, after}
        reading.used.add(column)


def _letters(reading: Reading) -> None:
    """`without the letter M in their first name`."""
    for index, item in enumerate(reading.items):
        if item.said not in ("letter", "word", "letters") or index in reading.used:
            continue
        value, column = index + 1, None
        for near in (*range(index + 2, min(index + 6, len(reading.items))), index - 1, index - 2, index - 3):
            place = reading.column(near) if near >= 0 else None
            if place is not None and near not in reading.used and not reading.is_number(place):
                column = near
                break
        place = reading.column(column) if column is not None else None
        if column is None or place is None or value >= len(reading.items) or value in reading.used:
            text = reading.text.tokens[item.last].text if item.last < len(reading.text.tokens) else ""
            if place is None or column is None or not text:
                continue
            value = index
        else:
            text = reading.text.tokens[reading.items[value].first].text
        negated = any(
            reading.items[i].cue in ("not", "without") and i not in reading.used
            for i in range(max(0, index - 3), index)
        )
        reading.used |= {
            i
            for i in range(max(0, index - 3), index)
            if reading.items[i].cue in ("not", "without", "contains", "having")
        }
        reading.plan.conditions.append(
            Condition(place.table, place, "not like" if negated else "like", f"%{text.strip()}%")
        )
        reading.used |= {index, value, column}


def _missing(reading: Reading) -> None:
    """`with a missing address`, `do not have a date`, 没有填写地址."""
    for index, item in enumerate(reading.items):
        if item.cue != "missing" or index in reading.used:
            continue
        for near in (reading.after(index), reading.before(index), index + 2, index + 3):
            column = reading.column(near)
            if column is not None and near not in reading.used:
                negated = _negated(reading, index)
                reading.plan.conditions.append(Condition(column.table, column, "not null" if negated else "null"))
                reading.used |= {index, near}
                break


def _averages(reading: Reading) -> None:
    """`salary more than the average`, `above average price`: compared with the average of all."""
    for index, item in enumerate(reading.items):
        if item.cue not in ("more", "less", "at_least", "at_most") or index in reading.used:
            continue
        cue = reading.after(index)
        if cue >= len(reading.items) or reading.items[cue].cue not in ("avg", "min", "max") or cue in reading.used:
            continue
        behind, ahead = reading.after(cue), _column_before(reading, index)
        own = reading.column(behind)
        if ahead is None and own is None:
            continue
        place = reading.column(ahead) if ahead is not None else own
        other = own if own is not None and reading.measurable(own) else place
        if place is None or other is None or not reading.measurable(place):
            continue
        if reading.said(index) in _KINDS and not set(_KINDS[reading.said(index)]) & set(keys(place.column)):
            reading.unclear = True
        inner = Plan(measures=[Measure(AGGREGATES[reading.items[cue].cue or "avg"], other.table, other.column)])
        taken = {index, cue} | ({ahead} if ahead is not None else set()) | ({behind} if own is not None else set())
        for near in range(cue + 1, len(reading.items)):  # the average of all those of a kind
            if reading.items[near].kind in ("break", "ask"):
                break
            meant = reading.meant.get(near)
            if meant and meant.kind == "value" and meant.column and near not in reading.used:
                value_place = Place(meant.table, meant.column)
                inner.conditions.append(Condition(meant.table, value_place, "=", meant.value))
                taken.add(near)
                _take_names(reading, near, value_place)
            elif meant and meant.kind == "table":
                taken.add(near)
        reading.plan.conditions.append(Condition(place.table, place, COMPARISONS[item.cue or "more"], query=inner))
        reading.used |= taken


def _column_before(reading: Reading, index: int) -> int | None:
    """The measurable column that a comparison speaks of: the nearest before it in its clause."""
    steps = 0
    for near in range(index - 1, -1, -1):
        item = reading.items[near]
        if near == index - 1 and item.cue in AGGREGATES and not item.said.isascii():
            continue  # 营收占比的平均值超过0.5
        if item.kind in ("break", "comma", "ask") or steps > 3:
            return None
        if item.kind == "open" and item.said in ("who", "whose", "that", "which", "where", "with", "having"):
            # `that are above 5`: what stands before the clause is no operand, but `with a price above 5` is inside it.
            return None
        column = reading.column(near)
        if column is not None and near not in reading.used:
            return near if reading.measurable(column) or reading.is_number(column) else None
        if item.kind in ("thing", "number"):
            steps += 1
            if item.kind == "number":
                return None
    return None


def _numbers(reading: Reading) -> None:
    """`column more than 5`, `more than 5 things`, `2013年`, `between 3 and 5`, `id 163`."""
    for index, item in enumerate(reading.items):
        if item.kind != "number" or index in reading.used or item.mark is None or item.mark.number is None:
            continue
        number = item.mark.number
        cue = _comparison(reading, index)
        name = reading.items[cue].cue if cue is not None else None
        if cue is not None and name == "between":
            _between(reading, index, cue)
            continue
        if cue is not None and _counts(reading, index, cue):
            continue
        column = _number_column(reading, index, cue)
        if column is None:
            continue
        place = reading.column(column)
        if place is None or (reading.is_time(place) and not reading.is_number(place)):
            continue
        comparison = COMPARISONS.get(name, "=") if name else "="
        if (
            cue is not None
            and reading.said(cue) in _KINDS
            and not set(_KINDS[reading.said(cue)]) & set(keys(place.column))
        ):
            reading.unclear = True
        pair = _and_number(reading, index, column)
        if cue is None and pair is not None and reading.plan.both is None:
            second = reading.number(pair)
            number_typed = reading.is_number(place)
            reading.plan.both = (
                Condition(place.table, place, "=", number, number=number_typed),
                Condition(place.table, place, "=", second, number=number_typed),
            )
            reading.used |= {index, column, pair} | {i for i in range(index, pair + 2) if reading.column(i) == place}
            continue
        aggregate = _aggregate_of(reading, column)
        if aggregate is not None and cue is not None:
            reading.unclear |= not reading.measurable(place)
            measure = Measure(AGGREGATES[reading.items[aggregate].cue or "avg"], place.table, place.column)
            reading.plan.having.append(Having(measure, comparison, number))
            reading.used |= {index, column, aggregate, cue}
            continue
        numbers = [number]
        other = _or_number(reading, index)
        if cue is None and other is not None:
            numbers.append(reading.number(other))
            reading.used |= {other, other - 1}
        if len(numbers) > 1:
            condition = Condition(place.table, place, values=tuple(numbers), number=reading.is_number(place))
        else:
            condition = Condition(place.table, place, comparison, number, number=reading.is_number(place))
        reading.used |= {index, column} | ({cue} if cue is not None else set())
        _add(reading, condition, min(column, index, cue if cue is not None else index))


def _and_number(reading: Reading, index: int, column: int) -> int | None:
    """`3 stars and 4 stars`: rows of each."""
    for near in range(index + 1, min(index + 4, len(reading.items))):
        between = [reading.column(i) for i in range(index + 1, near) if reading.items[i].kind == "thing"]
        if any(one != reading.column(column) for one in between):
            return None
        if reading.items[near].kind == "number" and any(
            reading.items[i].cue == "and" or reading.said(i) == "and" for i in range(index, near)
        ):
            after = reading.column(near + 1)
            return near if after == reading.column(column) or (column < index and after is None) else None
    return None


def _or_number(reading: Reading, index: int) -> int | None:
    after = index + 2
    if (
        after < len(reading.items)
        and reading.items[after].kind == "number"
        and (reading.items[index + 1].cue == "or" or reading.said(index + 1) == "or")
    ):
        return after
    return None


def _comparison(reading: Reading, index: int) -> int | None:
    """The comparison that a number belongs to: right before it, or behind it (`or more`, 以上)."""
    for near in (reading.before(index), reading.after(index), reading.before(reading.before(index))):
        if (
            0 <= near < len(reading.items)
            and near not in reading.used
            and reading.items[near].cue in (*COMPARISONS, "between")
        ):
            if reading.items[near].cue == "equal" and reading.said(near) not in (
                "等于",
                "正好",
                "equal to",
                "exactly",
                "equals",
                "equal",
            ):
                continue
            if near > index and reading.said(near) not in (
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


def _number_column(reading: Reading, index: int, cue: int | None) -> int | None:
    """The column a number is compared with: before the comparison, or right behind the number."""
    after = reading.after(index)
    behind = reading.column(after)
    if cue is not None:
        before = _column_before(reading, min(cue, index))
        if (
            behind is not None
            and reading.measurable(behind)
            and after not in reading.used
            and (before is None or reading.items[index + 1].kind == "thing")
        ):
            return after
        return before if before is not None else _of_its_kind(reading, cue)
    before = index - 1
    if before >= 0 and (reading.items[before].cue == "equal" or reading.said(before) in ("of", "=", "as")):
        before = reading.before(before)
    place = reading.column(before)
    if place is not None and before not in reading.used and not _limits(reading, index):
        return before
    if (
        behind is not None
        and after not in reading.used
        and reading.is_number(behind)
        and not _limits(reading, index)
        and index + 1 == after
    ):
        return after
    return None


def _of_its_kind(reading: Reading, cue: int) -> int | None:
    return None


def _limits(reading: Reading, index: int) -> bool:
    """`top 5`, `the 3 most`, `5 highest`: how many are shown."""
    near = (reading.before(index), reading.after(index))
    return any(0 <= i < len(reading.items) and reading.items[i].cue in ("top", "bottom", "most", "least") for i in near)


def _between(reading: Reading, index: int, cue: int) -> None:
    other = next(
        (i for i in range(index + 1, min(index + 4, len(reading.items))) if reading.items[i].kind == "number"), None
    )
    column = _column_before(reading, cue)
    place = reading.column(column) if column is not None else None
    if other is None or place is None or column is None or other in reading.used:
        return
    low, high = reading.items[index].mark, reading.items[other].mark
    if low is None or high is None or (reading.is_time(place) and not reading.is_number(place)):
        return
    condition = Condition(place.table, place, "=", low.number, high.number, number=reading.is_number(place))
    reading.plan.conditions.append(condition)
    reading.used |= {index, other, column, cue} | set(range(index + 1, other))


def _aggregate_of(reading: Reading, column: int) -> int | None:
    """`average salary above 8000`: the aggregate right before a column of a condition."""
    near = reading.before(column)
    han = not reading.said(column).isascii()
    if (
        near >= 0
        and near not in reading.used
        and reading.items[near].cue in AGGREGATES
        and (han or reading.roles[near] == "where")
    ):
        return near
    near = column + 1
    if han and near < len(reading.items) and near not in reading.used and reading.items[near].cue in AGGREGATES:
        return near  # 营收占比的平均值超过0.5
    return None


def _counts(reading: Reading, index: int, cue: int) -> bool:
    """`more than 100 planes`, `at least 2 classes`, `whose number of departments is less than 5`: how many each has."""
    name = reading.items[cue].cue
    thing = reading.after(cue if cue > index else index)
    counted: int | None = thing if thing < len(reading.items) and reading.table(thing) else None
    count = None
    before = reading.before(cue)
    if counted is None and before >= 0 and not reading.said(cue).isascii() and before not in reading.used:
        if reading.items[before].cue == "count" and reading.table(before - 1):
            reading.used.add(before)
            counted = count = before - 1  # 客户数量大于4
        elif reading.table(before):
            counted = count = before  # 客户超过4位
    if counted is None:
        for near in range(cue - 1, max(-1, cue - 5), -1):
            if reading.items[near].cue == "count" and reading.roles[near] == "where" and near not in reading.used:
                count = near
                after = reading.after(near)
                while after < cue and reading.items[after].cue == "distinct":
                    reading.used.add(after)
                    after = reading.after(after)
                counted = after if after < cue and after in reading.meant else None
                break
    elif _column_before(reading, min(cue, index)) is not None and reading.column(
        _column_before(reading, min(cue, index)) or 0
    ):
        place = reading.column(_column_before(reading, min(cue, index)) or 0)
        if place is not None and reading.measurable(place):
            return False
    if counted is None or name not in COMPARISONS:
        return False
    meant: Meant = reading.meant[counted]
    if meant.kind == "table":
        measure = Measure("count", meant.table)
    elif meant.kind == "column" and count is not None:
        measure = Measure(
            "count",
            meant.table,
            meant.column,
            distinct=not reading.known(Place(meant.table, meant.column or "")).primary_key,
        )
    else:
        return False
    comparison = COMPARISONS[name]
    if comparison in ("<", "<=") and count is None:
        reading.unclear = True  # Those that have none at all are in no row of the join.
    reading.plan.having.append(Having(measure, comparison, reading.number(index)))
    reading.used |= {index, cue, counted} | ({count} if count is not None else set())
    return True


def texts(place: Place) -> tuple[str, ...]:
    """The words in the name of a column."""
    return keys(place.column)
