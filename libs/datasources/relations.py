"""How tables relate: foreign keys for certain; otherwise columns that hold the values of another table's key."""

from collections.abc import Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.datasources.sample import share_found, some_values
from libs.events.catalog import ColumnDescription, Relation, TableDescription

_SAMPLE_VALUES = 300
_LEAST_SHARE = 0.7
"""So many of the sampled values must stand in the key; fewer is a coincidence of names or of small numbers."""
_MOST_TESTED = 400


async def relations_of(connection: AsyncConnection, tables: Sequence[TableDescription]) -> tuple[Relation, ...]:
    """Relations by foreign key (confidence 1), and by names, types and measured values (confidence = share found)."""
    declared = [relation for table in tables for relation in _declared(table)]
    known = {(relation.source, relation.source_col) for relation in declared}
    found = list(declared)
    samples: dict[tuple[str, str], set[str]] = {}
    tested = 0
    for source, column, target, key in _candidates(tables):
        if (source.name, column.name) in known or tested >= _MOST_TESTED:
            continue
        tested += 1
        place = (source.name, column.name)
        if place not in samples:
            samples[place] = await some_values(connection, *place, _SAMPLE_VALUES)
        share = await share_found(connection, samples[place], target.name, key.name)
        if share >= _LEAST_SHARE:
            found.append(
                Relation(
                    source=source.name,
                    target=target.name,
                    source_col=column.name,
                    target_col=key.name,
                    type="one_to_one" if column.primary_key else "many_to_one",
                    confidence=round(share, 3),
                )
            )
    return tuple(found)


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


def _candidates(
    tables: Sequence[TableDescription],
) -> Iterator[tuple[TableDescription, ColumnDescription, TableDescription, ColumnDescription]]:
    """Columns that may point at the single-column key of another table: text keys, or numbers of a telling name."""
    for target in tables:
        key = _single_key(target)
        if key is None:
            continue
        for source in tables:
            for column in source.columns:
                if source is target or _family(column) != _family(key):
                    continue
                if column.primary_key and _single_key(source):
                    continue  # Two keys of the same values are two lists of things, seldom a reference.
                if _family(key) == "text" or _names_fit(column.name, key.name, target.name):
                    yield source, column, target, key


def _single_key(table: TableDescription) -> ColumnDescription | None:
    keys = [column for column in table.columns if column.primary_key]
    return keys[0] if len(keys) == 1 else None


def _family(column: ColumnDescription) -> str:
    kind = column.type.upper()
    if any(word in kind for word in ("CHAR", "TEXT", "UUID", "CLOB")):
        return "text"
    return "number" if any(word in kind for word in ("INT", "SERIAL", "NUMERIC", "DECIMAL")) else kind


def _names_fit(column: str, key: str, table: str) -> bool:
    """`customer_id`, `customerid` or `customer` for the key of `customers`."""
    plain = column.lower().replace("_", "")
    singular = table.lower().replace("_", "").rstrip("s")
    return plain in {singular, f"{singular}id", f"{singular}{key.lower()}", f"{singular}no", f"{singular}code"} or (
        plain == key.lower().replace("_", "") and plain != "id"
    )
