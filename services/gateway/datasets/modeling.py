"""How the model of a dataset may be drawn, decided without clock, database or broker."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from libs.datasources.comparable import may_be_equal
from libs.datasources.dialect import Dialect
from libs.events.catalog import DatasetChanged, Modeling, Relation
from libs.knowledge.relations import joined_columns
from libs.language.catalogue import Phrase
from services.gateway.datasets.decider import decide_change
from services.gateway.datasets.structure import Tables
from services.gateway.datasets.wrong import Wrong


def decide_modeling(
    before: DatasetChanged, drawn: Modeling, tables: Tables, dialect: Dialect, at: datetime, who: str
) -> DatasetChanged | tuple[Wrong, ...]:
    """The next version with what was drawn, or all that is wrong with its edges."""
    if wrong := tuple(_wrong_edges(drawn.edges, tables, dialect)):
        return wrong
    return decide_change(before, {"modeling_config": drawn.model_dump()}, at, who)


def not_drawn(suggested: Sequence[Relation], drawn: Sequence[Relation]) -> list[Relation]:
    """The suggested edges that join other columns than those drawn, whichever way these were drawn."""
    known = {joined_columns(edge) for edge in drawn}
    return [edge for edge in suggested if joined_columns(edge) not in known]


def _wrong_edges(edges: Sequence[Relation], tables: Tables, dialect: Dialect) -> Iterator[Wrong]:
    seen = set()
    for index, edge in enumerate(edges):
        for end, column in (("source", "source_col"), ("target", "target_col")):
            yield from _wrong_names(index, edge, (end, column), tables)
        yield from _wrong_types(index, edge, tables, dialect)
        joined = joined_columns(edge)
        if len(joined) == 1:
            yield Wrong(index, "", Phrase("modeling.itself", {"table": edge.source, "column": edge.source_col}))
        elif joined in seen:
            yield Wrong(index, "", Phrase("modeling.duplicate", {}))
        seen.add(joined)


def _wrong_names(index: int, edge: Relation, end: tuple[str, str], tables: Tables) -> Iterator[Wrong]:
    table, column = (getattr(edge, field) for field in end)
    if table not in tables:
        yield Wrong(index, end[0], Phrase("modeling.unknown_table", {"table": table}))
    elif column not in tables[table]:
        yield Wrong(index, end[1], Phrase("modeling.unknown_column", {"table": table, "column": column}))


def _wrong_types(index: int, edge: Relation, tables: Tables, dialect: Dialect) -> Iterator[Wrong]:
    source = tables.get(edge.source, {}).get(edge.source_col)
    target = tables.get(edge.target, {}).get(edge.target_col)
    if source and target and not may_be_equal(source, target, dialect):
        values = {
            "source": f"{edge.source}.{edge.source_col}", "source_type": source,
            "target": f"{edge.target}.{edge.target_col}", "target_type": target,
        }  # fmt: skip
        yield Wrong(index, "", Phrase("modeling.types", values))
