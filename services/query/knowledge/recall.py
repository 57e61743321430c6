"""What the answering of a question reads of a dataset's knowledge."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from libs.datasources.dialect import dialect_of
from libs.events.catalog import Needs, Relation, TableDescription
from libs.knowledge.databases import KnownDatabase, known_database
from libs.knowledge.relations import relations_between
from libs.knowledge.terms import Term, terms_of
from libs.postgres.pool import Connection
from services.query.knowledge import schema
from services.query.knowledge.described import described

_VERSIONS = """
SELECT coalesce((SELECT version FROM datasets WHERE dataset_id = $1), 0) AS dataset_version,
    coalesce((SELECT s.version FROM datasets JOIN datasources AS s USING (datasource_id) WHERE dataset_id = $1), 0)
        AS datasource_version,
    coalesce((SELECT max(terms_version) FROM terms WHERE dataset_id = $1), 0) AS terms_version,
    $2 = '' OR EXISTS (
        SELECT FROM checkpoints WHERE dataset_id = $1 AND training_id = $2 AND sequence >= $3) AS taught
"""
_KNOWLEDGE_VERSION = """
SELECT (SELECT count(*) FROM checkpoints WHERE dataset_id = $1)
    + coalesce((SELECT max(terms_version) FROM terms WHERE dataset_id = $1), 0)
    + coalesce((SELECT generation FROM generations WHERE dataset_id = $1), 0)
"""
_LEARNED = "SELECT item_id, kind, content FROM items WHERE dataset_id = $1 AND kind IN ('ddl', 'relation')"
_NAMED = """
SELECT DISTINCT name FROM items, jsonb_array_elements_text(tables) AS name WHERE dataset_id = $1 AND kind = 'pair'
"""
_PAIRS = """
SELECT item_id, question, sql, tables, origin FROM items
WHERE dataset_id = $1 AND item_id = ANY($2) AND NOT (item_id = ANY($3) OR training_id = ANY($3))
"""
_TAUGHT = """
SELECT item_id, question, sql, origin FROM items
WHERE dataset_id = $1 AND kind = 'pair' AND question IS NOT NULL AND sql IS NOT NULL
    AND NOT (item_id = ANY($3) OR training_id = ANY($3))
ORDER BY learned_at DESC, item_id LIMIT $2
"""
_MOST_TAUGHT = 500
_EXACT_PAIRS = """
SELECT item_id FROM items WHERE dataset_id = $1 AND kind = 'pair' AND normalised_question = $2
    AND NOT (item_id = ANY($3) OR training_id = ANY($3))
ORDER BY origin = 'feedback' DESC, learned_at DESC, item_id
"""


@dataclass(frozen=True)
class KnownPair:
    """A learned question with its SQL."""

    item_id: str
    question: str
    sql: str
    tables: tuple[str, ...]
    origin: str


@dataclass(frozen=True)
class Knowledge:
    """What a dataset knows, but for its pairs; `items` are the ids of the learned tables and relations."""

    copy: str
    version: int
    database: KnownDatabase
    tables: tuple[TableDescription, ...]
    relations: tuple[Relation, ...]
    terms: tuple[Term, ...]
    items: dict[str, str]
    """Name of a learned table -> id of the item that says so."""
    taught: tuple[schema.Pair, ...] = ()
    """The newest pairs, which teach what words mean in this database."""
    restricted: frozenset[str] = frozenset()
    """The names of those tables of which whoever asks may see some rows only."""

    @cached_property
    def described(self) -> schema.Scope:
        """The same in the words of the reasoning."""
        dialect = dialect_of(self.database.settings.kind)
        return described(self.tables, self.relations, self.database.drawn, self.terms, self.taught, dialect)

    @cached_property
    def table_names(self) -> frozenset[str]:
        """The names of its tables."""
        return frozenset(table.name for table in self.tables)

    @cached_property
    def withheld(self) -> dict[frozenset[str], "Knowledge"]:
        """The same without the values of some tables, by their names, as it was needed (questions/withheld.py)."""
        return {}


async def knowledge(connection: Connection, dataset_id: str, without: Sequence[str] = ()) -> Knowledge | None:
    """What `dataset_id` knows: its tables are those that were learned, or that learned pairs ask, where no training was
    yet, and that its owner has not taken out since.

    Without what the pairs and trainings in `without` teach of words. None when there is no such dataset.
    """
    database = await known_database(connection, dataset_id)
    if database is None:
        return None
    learned = await connection.fetch(_LEARNED, dataset_id)
    ddl = {row["content"]["name"]: row for row in learned if row["kind"] == "ddl" and row["content"]}
    if database.picked:
        ddl = {name: row for name, row in ddl.items() if name in database.picked}
    seen = {table.name: table for table in database.tables}
    named = {row["name"] for row in await connection.fetch(_NAMED, dataset_id)}
    asked = [table for name, table in seen.items() if name in named and name not in ddl]
    found = [seen.get(name) or TableDescription.model_validate(row["content"]) for name, row in ddl.items()]
    tables = (*found, *asked)
    relations = [
        Relation.model_validate(row["content"]) for row in learned if row["kind"] == "relation" and row["content"]
    ]
    return Knowledge(
        await connection.fetchval("SELECT name FROM copy"),
        await connection.fetchval(_KNOWLEDGE_VERSION, dataset_id),
        database,
        tuple(sorted(tables, key=lambda table: table.name)),
        relations_between(tables, database.drawn, [*database.relations, *relations]),
        tuple(await terms_of(connection, dataset_id)),
        {name: row["item_id"] for name, row in ddl.items()},
        tuple(
            schema.Pair(row["question"], row["sql"], 0.0, row["item_id"], row["origin"])
            for row in await connection.fetch(_TAUGHT, dataset_id, _MOST_TAUGHT, list(without))
        ),
    )


async def pairs(
    connection: Connection, dataset_id: str, item_ids: Sequence[str], without: Sequence[str] = ()
) -> dict[str, KnownPair]:
    """The pairs with `item_ids` that are still known, but for pairs and what trainings taught that are `without`."""
    rows = await connection.fetch(_PAIRS, dataset_id, list(item_ids), list(without))
    return {
        row["item_id"]: KnownPair(
            row["item_id"], row["question"] or "", row["sql"] or "", tuple(row["tables"]), row["origin"]
        )
        for row in rows
    }


async def exact_pairs(connection: Connection, dataset_id: str, question: str, without: Sequence[str] = ()) -> list[str]:
    """Ids of the pairs that were learned for exactly this normalised question, corrections and newer ones first."""
    return [row["item_id"] for row in await connection.fetch(_EXACT_PAIRS, dataset_id, question, list(without))]


async def met(connection: Connection, dataset_id: str, needs: Needs) -> bool:
    """Whether the read models have come as far as `needs`."""
    row = await connection.fetchrow(_VERSIONS, dataset_id, needs.training_id, needs.training_sequence)
    return row is not None and bool(
        row["dataset_version"] >= needs.dataset_version
        and row["datasource_version"] >= needs.datasource_version
        and row["terms_version"] >= needs.terms_version
        and row["taught"]
    )
