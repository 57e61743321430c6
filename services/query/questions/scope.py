"""Gives the reasoning what it works on: the learned tables, their relations, the terms, and the nearest pairs."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.datasources.dialect import Dialect
from libs.events.catalog import Relation as KnownRelation
from libs.events.catalog import TableDescription
from services.query.knowledge import schema
from services.query.knowledge.recall import Knowledge, KnownPair


@dataclass(frozen=True)
class Found:
    """A learned pair near a question; `similarity` is the cosine, 1 for the very same question."""

    pair: KnownPair
    similarity: float


def scope_of(known: Knowledge, dialect: Dialect, found: Sequence[Found]) -> schema.Knowledge:
    """`known` and `found` in the words of the reasoning, without pairs that ask tables which are known no longer."""
    names = {table.name for table in known.tables}
    return schema.Knowledge(
        schema.Schema(
            tuple(_table(table) for table in known.tables), tuple(_relation(edge) for edge in known.relations), dialect
        ),
        tuple(schema.Term(term.term, term.definition, term.synonyms, term.sql_expression) for term in known.terms),
        tuple(
            schema.Pair(one.pair.question, one.pair.sql, one.similarity, one.pair.item_id, one.pair.origin)
            for one in found
            if names.issuperset(one.pair.tables)
        ),
        tuple(schema.Pair(question, sql, 0.0) for question, sql in known.taught),
    )


def _table(table: TableDescription) -> schema.Table:
    columns = tuple(
        schema.Column(column.name, column.type, column.primary_key, column.foreign_key, column.comment, column.values)
        for column in table.columns
    )
    return schema.Table(table.name, columns, table.comment, table.row_estimate)


def _relation(edge: KnownRelation) -> schema.Relation:
    return schema.Relation(edge.source, edge.source_col, edge.target, edge.target_col, edge.confidence)
