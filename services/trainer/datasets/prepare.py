"""Stage 1, 0 to 10: waits for what the training needs, connects to the database and reads its structure."""

from dataclasses import dataclass, replace
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.datasources.inspect import Structure
from libs.datasources.open import Connections
from libs.events.catalog import Language, Needs, Problem, Relation, TableDescription, TrainingRequested
from libs.knowledge.databases import KnownDatabase, known_database
from libs.knowledge.relations import relations_between
from libs.knowledge.terms import Term, terms_of
from libs.language.catalogue import text
from services.trainer.datasets.needs import met
from services.trainer.datasets.stages import PREPARE
from services.trainer.inspection.publish import fitting, publish_structure
from services.trainer.inspection.reader import Reader
from services.trainer.inspection.unseen import completed
from services.trainer.runs.attempt import Attempt

_CHOSEN = "SELECT tables, relations FROM datasets WHERE dataset_id = $1"


class CannotTrain(Exception):
    """The training cannot go on until its owner does something about `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True)
class Prepared:
    """What a training learns from; `scope` are the tables looked at, None when all of the database were."""

    engine: AsyncEngine
    kind: str
    tables: tuple[TableDescription, ...]
    relations: tuple[Relation, ...]
    terms: tuple[Term, ...]
    scope: set[str] | None


async def prepare(attempt: Attempt, connections: Connections, reader: Reader, request: TrainingRequested) -> Prepared:
    """Do the stage; raises `CannotTrain`, or `DataSourceError` when the database cannot be read."""
    attempt.move(PREPARE.number, PREPARE.begins, text("trainer.preparing", request.language))
    database = await attempt.attend(_database(attempt.pool, request))
    engine = await connections.engine(database.datasource_id, database.datasource_version, database.settings)
    chosen, drawn = await _chosen(attempt.pool, request)
    read = await attempt.attend(reader.structure(database.settings, chosen))
    async with attempt.pool.acquire() as connection:
        whole = await completed(connection, database.datasource_id, read, database.settings.may_sample)
    structure = replace(whole, tables=tuple(map(fitting, whole.tables)))
    await publish_structure(attempt.pool, attempt.lease, database.datasource_id, structure, chosen)
    names = {table.name for table in structure.tables}
    unread = {name for name, _ in structure.unreadable}
    await _tell(attempt, structure, [name for name in chosen if name not in names | unread], request.language)
    async with attempt.pool.acquire() as connection:
        terms = await terms_of(connection, request.dataset_id)
    return Prepared(
        engine,
        database.settings.kind,
        structure.tables,
        relations_between(structure.tables, drawn, structure.relations),
        tuple(terms),
        (set(chosen) or names) - unread if request.table_names or unread else None,
    )


async def _database(pool: "asyncpg.Pool[Any]", request: TrainingRequested) -> KnownDatabase:
    needs = request.needs
    if not await met(pool, request.dataset_id, needs):
        raise CannotTrain(_problem("dataset_missing" if needs == Needs() else "needs_missing", request.language))
    async with pool.acquire() as connection:
        database = await known_database(connection, request.dataset_id)
    if database is None:
        raise CannotTrain(_problem("dataset_missing", request.language))
    return database


async def _chosen(pool: "asyncpg.Pool[Any]", request: TrainingRequested) -> tuple[list[str], list[Relation]]:
    """The tables asked for (none means all), and the relations that the owner drew."""
    row = await pool.fetchrow(_CHOSEN, request.dataset_id)
    if row is None:
        raise CannotTrain(_problem("dataset_missing", request.language))
    drawn = [Relation.model_validate(edge) for edge in row["relations"]]
    return list(request.table_names or row["tables"]), drawn


async def _tell(attempt: Attempt, structure: Structure, missing: list[str], language: Language) -> None:
    for table in missing:
        await attempt.checkpoint(level="WARNING", message=text("trainer.table_missing", language, table=table))
    for table, error in structure.unreadable:
        skipped = text("trainer.table_skipped", language, table=table, reason=error.detail(language))
        await attempt.checkpoint(level="WARNING", message=skipped)
    if structure.unsampled:
        await attempt.checkpoint(message=text("trainer.not_sampled", language, tables=len(structure.unsampled)))
    if structure.untested:
        await attempt.checkpoint(message=text("trainer.not_tested", language, count=len(structure.untested)))
    if not structure.tables:
        raise CannotTrain(_problem("no_tables", language))
    message = text(PREPARE.message, language, server=structure.server_version, tables=len(structure.tables))
    attempt.move(PREPARE.number, PREPARE.ends, message)
    await attempt.checkpoint()


def _problem(code: str, language: Language) -> Problem:
    return Problem(code=code, detail=text(f"trainer.{code}", language), hint=text(f"trainer.{code}.hint", language))
