"""Which relations of a database count: those that its owner drew, and those found that do not contradict them."""

from collections.abc import Iterable, Iterator, Sequence

from libs.events.catalog import Relation, TableDescription

_FROM_A_COLUMN = ("many_to_one", "one_to_many")


def relations_between(
    tables: Sequence[TableDescription], drawn: Sequence[Relation], found: Sequence[Relation]
) -> tuple[Relation, ...]:
    """The relations among `tables`: the drawn ones whose columns are there, then those found that do not contradict.

    What a person drew is sure, so joins prefer it to what was found; drawn from one to many, it is turned around:
    relations point at what is referred to.
    """
    columns = {table.name: {column.name for column in table.columns} for table in tables}
    meant = [
        _pointing(edge).model_copy(update={"confidence": 1.0})
        for edge in drawn
        if edge.source_col in columns.get(edge.source, ()) and edge.target_col in columns.get(edge.target, ())
    ]
    decided = {place for edge in meant for place in _decides(edge)}
    open_still = [edge for edge in found if edge.source in columns and edge.target in columns]
    left = [edge for edge in open_still if decided.isdisjoint(_decides(edge))]
    return tuple(unique_relations([*meant, *left]))


def unique_relations(relations: Iterable[Relation]) -> list[Relation]:
    """`relations` without those that join what an earlier one joins already."""
    first: dict[tuple[str, str, str, str], Relation] = {}
    for edge in relations:
        first.setdefault((edge.source, edge.source_col, edge.target, edge.target_col), edge)
    return list(first.values())


def joined_columns(edge: Relation) -> frozenset[tuple[str, str]]:
    """The columns that `edge` joins, whichever way it was drawn."""
    return frozenset({(edge.source, edge.source_col), (edge.target, edge.target_col)})


def _decides(edge: Relation) -> Iterator[object]:
    """What no other relation may say differently: these two columns, and what a column of many rows refers to."""
    yield joined_columns(edge)
    if edge.type in _FROM_A_COLUMN:
        pointing = _pointing(edge)
        yield pointing.source, pointing.source_col


def _pointing(edge: Relation) -> Relation:
    if edge.type != "one_to_many":
        return edge
    return Relation(
        source=edge.target, source_col=edge.target_col, target=edge.source, target_col=edge.source_col,
        type="many_to_one", confidence=edge.confidence,
    )  # fmt: skip
