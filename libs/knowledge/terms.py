"""The read model of business terms (terms.sql)."""

from dataclasses import dataclass

from libs.events.catalog import BusinessTermChanged
from libs.events.projection import Batch
from libs.postgres.pool import Connection

_PUT = """
INSERT INTO terms AS t (
    dataset_id, term_id, version, terms_version, term, definition, synonyms, sql_expression, deleted
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (dataset_id, term_id) DO UPDATE
SET version = excluded.version, terms_version = excluded.terms_version, term = excluded.term,
    definition = excluded.definition, synonyms = excluded.synonyms, sql_expression = excluded.sql_expression,
    deleted = excluded.deleted
WHERE t.version < excluded.version
"""
_ALL = """
SELECT term_id, term, definition, synonyms, sql_expression FROM terms
WHERE dataset_id = $1 AND NOT deleted ORDER BY term_id
"""


@dataclass(frozen=True)
class Term:
    """A business term as its owner wrote it; `sql_expression` is a condition, a column or a measure."""

    term_id: str
    term: str
    definition: str
    synonyms: tuple[str, ...]
    sql_expression: str | None


async def keep_terms(connection: Connection, batch: Batch) -> None:
    """The newest state of each business term."""
    events: list[BusinessTermChanged] = [received.event for received in batch]
    rows = [
        (
            event.dataset_id,
            event.term_id,
            event.version,
            event.terms_version,
            event.term,
            event.definition,
            list(event.synonyms),
            event.sql_expression,
            event.deleted,
        )
        for event in events
    ]
    await connection.executemany(_PUT, rows)


async def terms_of(connection: Connection, dataset_id: str) -> list[Term]:
    """The terms of a dataset as they are now."""
    rows = await connection.fetch(_ALL, dataset_id)
    return [
        Term(row["term_id"], row["term"], row["definition"], tuple(row["synonyms"]), row["sql_expression"])
        for row in rows
    ]
