"""How tables relate: foreign keys for certain; otherwise columns that hold the values of another table's key."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.datasources.allowance import Allowance
from libs.datasources.errors import DataSourceError, TookTooLong
from libs.datasources.open import attempted
from libs.datasources.sample import MaySample, share_found, some_values, tells_apart
from libs.events.catalog import ColumnDescription, Relation, TableDescription

Candidate = tuple[TableDescription, ColumnDescription, TableDescription, ColumnDescription]
"""A column of a table that may refer to the key of another."""
Place = tuple[str, str, str, str]
"""Table and column, table and key of a candidate."""

_SAMPLE_VALUES = 300
_KEY_ENDINGS = ("id", "code", "key", "no")
_LEAST_SHARE = 0.7
"""So many of the sampled values must stand in the key; fewer is a coincidence of names or of small numbers."""
_MOST_TESTED = 400
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_IRREGULAR = {"people": "person", "children": "child", "women": "woman", "men": "man", "feet": "foot", "data": "datum"}


async def relations_of(
    connection: AsyncConnection, tables: Sequence[TableDescription], may_sample: MaySample, allowance: Allowance
) -> tuple[tuple[Relation, ...], frozenset[Place]]:
    """Relations by foreign key (confidence 1), and by names, types and measured values (confidence = share found).

    Then what could not be measured, mostly for want of time.
    """
    declared = [relation for table in tables for relation in _declared(table)]
    known = {(relation.source, relation.source_col) for relation in declared}
    found, untested = list(declared), set[Place]()
    samples: dict[tuple[str, str], set[str]] = {}
    unknown = (
        pair
        for pair in candidates(await _keyed(connection, tables, may_sample, allowance))
        if (pair[0].name, pair[1].name) not in known
        and may_sample(pair[0].name, pair[1].name)
        and may_sample(pair[2].name, pair[3].name)
    )
    for source, column, target, key in islice(unknown, _MOST_TESTED):
        place = (source.name, column.name)
        try:
            if not allowance.left:
                raise TookTooLong
            async with attempted(connection):
                if place not in samples:
                    await allowance.limit()
                    samples[place] = await some_values(connection, *place, _SAMPLE_VALUES)
                await allowance.limit()
                share = await share_found(connection, samples[place], target.name, key.name)
        except DataSourceError:
            untested.add((*place, target.name, key.name))
            continue
        if share >= _LEAST_SHARE:
            found.append(
                Relation(
                    source=source.name,
                    target=target.name,
                    source_col=column.name,
                    target_col=key.name,
                    type="one_to_one" if column.primary_key and _single_key(source) else "many_to_one",
                    confidence=round(share, 3),
                )
            )
    return tuple(found), frozenset(untested)


async def _keyed(
    connection: AsyncConnection, tables: Sequence[TableDescription], may_sample: MaySample, allowance: Allowance
) -> list[TableDescription]:
    """The tables; where one declares no key, its first column is one if it is called like one and tells rows apart."""
    found: list[TableDescription] = []
    for table in tables:
        first = next(iter(table.columns), None)
        declared = any(column.primary_key for column in table.columns)
        if first is None or declared or not first.name.lower().endswith(_KEY_ENDINGS):
            found.append(table)
            continue
        key = first.model_copy(update={"primary_key": await _is_key(connection, table, first, may_sample, allowance)})
        found.append(table.model_copy(update={"columns": (key, *table.columns[1:])}))
    return found


async def _is_key(
    connection: AsyncConnection,
    table: TableDescription,
    column: ColumnDescription,
    may_sample: MaySample,
    allowance: Allowance,
) -> bool:
    if not (may_sample(table.name, column.name) and allowance.left):
        return False
    try:
        async with attempted(connection):
            await allowance.limit()
            return await tells_apart(connection, table.name, column.name)
    except DataSourceError:
        return False


def _declared(table: TableDescription) -> Iterator[Relation]:
    for column in table.columns:
        if column.foreign_key:
            target, _, target_col = column.foreign_key.rpartition(".")
            kind = "one_to_one" if column.primary_key and _single_key(table) else "many_to_one"
            yield Relation(
                source=table.name,
                target=target.rpartition(".")[2],
                source_col=column.name,
                target_col=target_col,
                type=kind,
            )


def candidates(tables: Sequence[TableDescription]) -> Iterator[Candidate]:
    """Columns that may point at the single-column key of another table: those of a telling name, then other texts."""
    keys = [(table, key) for table in tables if (key := _single_key(table))]
    by_name: dict[str, list[tuple[TableDescription, ColumnDescription]]] = defaultdict(list)
    for target, key in keys:
        for name in _telling_names(target.name, key.name):
            by_name[name].append((target, key))
    columns = [
        (table, column)
        for table in tables
        for column in table.columns
        # Two keys of the same values are two lists of things, seldom a reference.
        if not (column.primary_key and _single_key(table))
    ]
    for source, column in columns:
        for target, key in (found for name in _called(column.name) for found in by_name.get(name, ())):
            if source is not target and _family(column) == _family(key):
                yield source, column, target, key
    texts = [(target, key) for target, key in keys if _family(key) == "text"]
    for source, column in columns:
        if texts and _family(column) == "text":
            for target, key in texts:
                if source is not target and _telling_names(target.name, key.name).isdisjoint(_called(column.name)):
                    yield source, column, target, key


def _single_key(table: TableDescription) -> ColumnDescription | None:
    keys = [column for column in table.columns if column.primary_key]
    return keys[0] if len(keys) == 1 else None


def _family(column: ColumnDescription) -> str:
    kind = column.type.upper()
    if any(word in kind for word in ("CHAR", "TEXT", "UUID", "CLOB")):
        return "text"
    return "number" if any(word in kind for word in ("INT", "SERIAL", "NUMERIC", "DECIMAL")) else kind


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def _called(name: str) -> list[str]:
    """What a column is called: `dest_depot_id` is that, and a `depot_id` in a role."""
    words = _WORDS.sub("_", name).split("_")
    return [_plain("".join(words[first:])) for first in range(max(1, len(words) - 1))]


def _telling_names(table: str, key: str) -> set[str]:
    """`customer_id`, `customerid` or `customer` for the key of `customers`; its own name unless that is just `id`."""
    plain = _plain(table)
    names = {form + ending for form in _singulars(plain) for ending in ("", "id", _plain(key), "no", "code")}
    return names | ({_plain(key)} - {"id"})


def _singulars(plural: str) -> set[str]:
    """What an English plural may be the plural of: `categories` of category, `classes` of class, `people` of person."""
    forms = {plural, plural.rstrip("s")}
    forms |= {plural.removesuffix(many) + one for many, one in _IRREGULAR.items() if plural.endswith(many)}
    if plural.endswith("ies"):
        forms.add(plural[:-3] + "y")
    if plural.endswith("es"):
        forms.add(plural[:-2])
    return forms
