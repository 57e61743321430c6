"""Reads what is shown: named columns, and the names of things."""

from services.query.composer.language.small_words import VERBS
from services.query.composer.language.words import keys
from services.query.composer.linking.names import name_column
from services.query.composer.queries.plan import Condition, Place
from services.query.composer.reading.beside import asked, joins, whose
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES, add
from services.query.composer.reading.things import read_joined, read_things
from services.query.composer.reading.verbs import happened, is_done

_KEY_WORDS = frozenset({"id", "ids", "code", "number", "num", "no", "key", "编", "号"})
_NAME_WORDS = frozenset({"name", "names", "名称", "名字"})
_LABELLED_WITHIN = 8
_SURE = 0.9


def read_columns(reading: Reading) -> None:
    """Take what is left: it is shown."""
    plan = reading.plan
    for index, item in enumerate(reading.items):
        named = item.cue == "label" or (item.said == "with name" and joins(reading, index + 1))
        if index in reading.used:
            continue
        if index in reading.meant and (place := asked(reading, index)):
            _show(reading, index, place)
        elif named and reading.roles[index] == "select":
            _label(reading, index)
    if not (plan.columns or plan.measures or plan.groups):
        read_things(reading)
    read_joined(reading)
    distinct = [i for i, item in enumerate(reading.items) if item.cue == "distinct" and i not in reading.used]
    plan.distinct |= bool(distinct and plan.columns)
    reading.take(*distinct)


def _show(reading: Reading, index: int, place: Place) -> None:
    plan = reading.plan
    if _is_verb(reading, index) or (plan.measures and happened(reading, index)):
        _done(reading, index, place)
    elif not (_names_column(reading, index) or _owns(reading, index, place)):
        plan.columns += [] if plan.columns or plan.measures or plan.groups else whose(reading, index, place)
        plan.columns += [one for one in _shown(reading, index, place) if one not in plan.columns]
    reading.take(index)


def _is_verb(reading: Reading, index: int) -> bool:
    """`released`, `working`: a column that is spoken of like that is not shown."""
    said, meant = reading.said(index), reading.meant[index]
    if is_done(reading, index):
        return True
    place = reading.column(index)
    leads = said in VERBS and place is not None and not reading.is_number(place)  # but how much a dog weighs is asked
    done = leads or (said.endswith(("ed", "ing")) and " " not in said)
    return done and meant.weight < _SURE and len(reading.meant) > 1


def _done(reading: Reading, index: int, place: Place) -> None:
    """`bookings that were cancelled` have a date of it; of other columns a verb says nothing."""
    if happened(reading, index) and "when" not in {token.key for token in reading.text.tokens}:
        reading.unclear |= bool(reading.plan.without)  # `guests who have not cancelled a booking`: none, or not one
        add(reading, Condition(place.table, place, "not null"), index)


def _names_column(reading: Reading, index: int) -> bool:
    """`the name of each city`, where a city is a column: its value is the name."""
    named = reading.said(index) in _NAME_WORDS or reading.cue(index) == "label"
    if not named or reading.said(index + 1) not in ("of", "for"):
        return False
    near = reading.after(index)
    while reading.cue(near) in ("each", "distinct") or reading.said(near) in ("for", "of"):
        near = reading.after(near)
    place = reading.column(near)
    return place is not None and not reading.is_key(place) and not reading.known(place).foreign_key


def _owns(reading: Reading, index: int, place: Place) -> bool:
    """公司的营收占比: whose it is, and not asked for."""
    if reading.said(index + 1) != "的" or not (reading.known(place).foreign_key or place == reading.label(place.table)):
        return False
    near = index + 2
    while reading.cue(near) and reading.cue(near) in AGGREGATES:
        near += 1
    return reading.column(near) is not None


def _shown(reading: Reading, index: int, place: Place) -> list[Place]:
    """The name of what a key points at, unless the key itself is asked for; `full name` where it is kept apart."""
    named = _pointed_at(reading, index, place)
    full = reading.word_before(index) == "full" and named == reading.label(named.table)
    return reading.names(named.table) if full else [named]


def _pointed_at(reading: Reading, index: int, place: Place) -> Place:
    target = reading.known(place).foreign_key
    words = reading.words(index, index)
    asks_for_key = bool(words & _KEY_WORDS) or any(word.endswith("id") for word in words)
    if not target or asks_for_key or words == set(keys(place.column)):
        return place
    table = target.rpartition(".")[0].rpartition(".")[2]
    found = name_column(reading.schema.table(table)) if table.lower() in reading.schema.by_name else None
    return Place(table, found.name) if found else place


def _label(reading: Reading, index: int) -> None:
    """`names of the shops`: the label of the table that follows, where no column is called so."""
    before, item = reading.before(index), reading.items[index]
    of_a_column = reading.column(before) is not None and not item.said.isascii()  # 公司的名称, where it is a column
    if of_a_column or _names_column(reading, index):
        reading.take(index)
        return
    beside = before >= 0 and reading.items[before].last >= item.first - 1
    table = reading.table(before) if beside else None
    behind = (reading.table(near) for near in range(index + 1, index + 1 + _LABELLED_WITHIN))
    if table := table or next(filter(None, behind), None):
        plan = reading.plan
        plan.columns += [place for place in reading.names(table) if place not in plan.columns]
        reading.take(index)
