"""How the model of a dataset may be drawn, decided without clock, database or broker."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from libs.events.catalog import DatasetChanged, Modeling, Relation
from libs.knowledge.relations import joined_columns
from services.gateway.datasets.decider import decide_change

Columns = Mapping[str, Collection[str]]
"""The names of each table's columns, as they were last read."""


@dataclass(frozen=True)
class WrongEdge:
    """What is wrong with `field` of the edge at `index`; `code` names its text in the catalogue (`modeling.<code>`)."""

    index: int
    field: Literal["source", "target", "source_col", "target_col", ""]
    code: Literal["unknown_table", "unknown_column", "duplicate", "itself"]
    table: str = ""
    column: str = ""


def decide_modeling(
    before: DatasetChanged, drawn: Modeling, columns: Columns, at: datetime, who: str
) -> DatasetChanged | tuple[WrongEdge, ...]:
    """The next version with what was drawn, or all that is wrong with its edges."""
    if wrong := tuple(_wrong_edges(drawn.edges, columns)):
        return wrong
    return decide_change(before, {"modeling_config": drawn.model_dump()}, at, who)


def not_drawn(suggested: Sequence[Relation], drawn: Sequence[Relation]) -> list[Relation]:
    """The suggested edges that join other columns than those drawn, whichever way these were drawn."""
    known = {joined_columns(edge) for edge in drawn}
    return [edge for edge in suggested if joined_columns(edge) not in known]


def _wrong_edges(edges: Sequence[Relation], columns: Columns) -> Iterator[WrongEdge]:
    seen = set()
    for index, edge in enumerate(edges):
        yield from _wrong_names(index, edge, columns)
        joined = joined_columns(edge)
        if len(joined) == 1:
            yield WrongEdge(index, "", "itself", edge.source, edge.source_col)
        elif joined in seen:
            yield WrongEdge(index, "", "duplicate")
        seen.add(joined)


def _wrong_names(index: int, edge: Relation, columns: Columns) -> Iterator[WrongEdge]:
    if edge.source not in columns:
        yield WrongEdge(index, "source", "unknown_table", edge.source)
    elif edge.source_col not in columns[edge.source]:
        yield WrongEdge(index, "source_col", "unknown_column", edge.source, edge.source_col)
    if edge.target not in columns:
        yield WrongEdge(index, "target", "unknown_table", edge.target)
    elif edge.target_col not in columns[edge.target]:
        yield WrongEdge(index, "target_col", "unknown_column", edge.target, edge.target_col)
