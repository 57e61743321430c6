"""What a dataset knows in the words of the reasoning: made once for as long as nothing changes, because a thousand
tables take a tenth of a second."""

from collections.abc import Iterable

from libs.datasources.dialect import Dialect
from libs.events.catalog import Relation, TableDescription
from libs.knowledge.relations import joined_columns
from libs.knowledge.terms import Term
from services.query.composer.linking.familiar import familiar
from services.query.knowledge import schema


def described(
    tables: Iterable[TableDescription],
    relations: Iterable[Relation],
    drawn: Iterable[Relation],
    terms: Iterable[Term],
    taught: tuple[schema.Pair, ...],
    dialect: Dialect,
) -> schema.Scope:
    """Without the pairs near a question; a structure that was seen before is the very one that was seen then."""
    chosen = frozenset(map(joined_columns, drawn))
    joins = tuple(_relation(edge, drawn=joined_columns(edge) in chosen) for edge in relations)
    known = schema.Scope(
        schema.Schema(tuple(map(_table, tables)), joins, dialect),
        tuple(schema.Term(term.term, term.definition, term.synonyms, term.sql_expression) for term in terms),
        (),
        taught,
    )
    return familiar(known)


def _table(table: TableDescription) -> schema.Table:
    columns = tuple(
        schema.Column(column.name, column.type, column.primary_key, column.foreign_key, column.comment, column.values)
        for column in table.columns
    )
    return schema.Table(table.name, columns, table.comment, table.row_estimate)


def _relation(edge: Relation, *, drawn: bool = False) -> schema.Relation:
    return schema.Relation(edge.source, edge.source_col, edge.target, edge.target_col, edge.confidence, drawn)
