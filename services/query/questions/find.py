"""From a question to its conclusion: caches, what was learned for exactly this question, then reasoning."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import asyncpg
from chromadb.errors import NotFoundError

from libs.datasources.open import Connections
from libs.datasources.policy import Filters, filters_of
from libs.embeddings.embedder import Embedder, Vector
from libs.events.catalog import QuestionAsked, Sources, Step
from libs.knowledge.items import normalised_question
from libs.language.catalogue import text
from libs.postgres.listen import Listener
from services.query.caches.caches import Caches
from services.query.caches.clear import clearings
from services.query.conversation.courtesy import courtesy_of
from services.query.knowledge.recall import Knowledge, KnownPair, exact_pairs, pairs
from services.query.knowledge.remembered import Remembered
from services.query.knowledge.schema import Pair
from services.query.knowledge.vectors import Near, Vectors, VectorsUnavailable
from services.query.model.client import Model
from services.query.questions.asked import needs_met
from services.query.questions.attempt import Attempt
from services.query.questions.cached import cached
from services.query.questions.conclusion import Conclusion, not_caught_up, polite, unanswerable
from services.query.questions.database import Database, Ran
from services.query.questions.instead import instead_of, with_instead
from services.query.questions.looked_up import with_looked_up
from services.query.questions.scope import Found, scope_of
from services.query.questions.steps import Steps
from services.query.questions.understood import Understood, understood, went_on
from services.query.questions.withheld import without_values
from services.query.reasoning.rounds import Rounds

_NEEDS_SECONDS = 5.0
_EMBEDDED_CHARACTERS = 300
"""Of a question that is longer, the beginning tells what it is about; embedding all of it would hold up the others."""
_NEAREST = 8
_SPARE = 64
"""So many more are looked at when some of the nearest are not to be known."""


@dataclass(frozen=True)
class Finder:
    """Finds answers with what the datasets know."""

    pool: "asyncpg.Pool[Any]"
    listener: Listener
    vectors: Vectors
    embedder: Embedder
    connections: Connections
    caches: Caches
    model: Model | None = None
    remembered: Remembered = field(default_factory=Remembered)

    async def conclude(self, asked: QuestionAsked, steps: Steps, ends: float) -> Conclusion:
        """The conclusion of a question by `ends` of the monotonic clock.

        Raises `DataSourceError` when its database cannot be asked.
        """
        if (courtesy := courtesy_of(asked.question)) is not None:
            return polite(courtesy, asked.language)
        if not await needs_met(self.pool, self.listener, asked, _NEEDS_SECONDS):
            return not_caught_up(asked.language)
        known, cleared = await self._known(asked)
        if known is None:
            return unanswerable("question.dataset_unknown", asked.language)
        if not known.tables:
            return unanswerable("question.not_trained", asked.language, known.version)
        filters = filters_of(known.database.policies, asked.role)
        known = without_values(with_instead(known, asked), filters)
        database = self._database(known, filters)
        scope = partial(scope_of, known, ())
        meant = await understood(self.pool, self.listener, asked, scope, steps, self.model)
        if meant.conclusion is not None:
            return replace(meant.conclusion, knowledge_version=known.version)
        attempt = Attempt(meant.asked, database, scope, steps, ends)
        return replace(await self._conclude(meant, known, cleared, attempt), understood=meant.said)

    async def _conclude(self, meant: Understood, known: Knowledge, cleared: int, attempt: Attempt) -> Conclusion:
        kept = cached(self.caches, meant, known, cleared, attempt)
        if found := await kept.result():
            return found
        conclusion = (
            await kept.answer()
            or await went_on(meant, known, attempt, self.model)
            or await self._think(meant, known, attempt)
        )
        conclusion = replace(conclusion, knowledge_version=known.version)
        await kept.keep(conclusion)
        return conclusion

    async def _known(self, asked: QuestionAsked) -> tuple[Knowledge | None, int]:
        """What is known and how often the caches were cleared, at one moment: what is found is cached as of then."""
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            known = await self.remembered.knowledge(connection, asked.dataset_id, asked.without)
            return known, await clearings(connection, asked.dataset_id)

    async def _think(self, meant: Understood, known: Knowledge, attempt: Attempt) -> Conclusion:
        asked, steps = meant.asked, attempt.steps
        for pair in await self._learned_exactly(asked):
            steps.add(
                Step(name="exact", status="done", detail=text("question.step.exact", asked.language), sql=pair.sql)
            )
            if conclusion := await attempt.answer(pair.sql, _exactly(pair), self.model):
                return conclusion
        scope = scope_of(known, await self._retrieve(asked, known, steps))
        scope = await with_looked_up(asked, known, scope, attempt.database, steps)
        return await Rounds(
            asked, known, scope, attempt.database, steps, self.model, attempt.ends, meant.turns
        ).conclude()

    async def _learned_exactly(self, asked: QuestionAsked) -> list[KnownPair]:
        question = normalised_question(asked.question)
        async with self.pool.acquire() as connection:
            ids = await exact_pairs(connection, asked.dataset_id, question, asked.without)
            by_id = await pairs(connection, asked.dataset_id, ids, asked.without)
        given = [one.pair for one in instead_of(asked) if normalised_question(one.pair.question) == question]
        return [*given, *(by_id[key] for key in ids if key in by_id)][:2]

    async def _retrieve(self, asked: QuestionAsked, known: Knowledge, steps: Steps) -> list[Found]:
        began = time.monotonic()
        vector = await self.embedder.query(asked.question[:_EMBEDDED_CHARACTERS])
        count = _NEAREST + _SPARE * bool(asked.without)
        missed = False
        try:
            near = await self._nearest(asked.dataset_id, known.copy, vector, count)
        except VectorsUnavailable:
            if asked.purpose == "check":
                raise  # What was learned would be measured without what is known; it is asked again.
            near, missed = [], True
        async with self.pool.acquire() as connection:
            by_id = await pairs(connection, asked.dataset_id, [one.item_id for one in near], asked.without)
        found = [Found(by_id[one.item_id], one.similarity) for one in near if one.item_id in by_id]
        found = sorted([*found, *instead_of(asked, vector)], key=lambda one: -one.similarity)[:_NEAREST]
        told = scope_of(known, found).told
        steps.add(_retrieved(asked, told, (time.monotonic() - began) * 1000, missed=missed))
        return found

    async def _nearest(self, dataset_id: str, copy: str, vector: Vector, count: int) -> list[Near]:
        """A copy that was swapped out since has no vectors any more; the new one has."""
        try:
            return await self.vectors.nearest(copy, dataset_id, self.embedder.model, vector, "pair", count)
        except NotFoundError:
            fresh = await self.pool.fetchval("SELECT name FROM copy")
        try:
            return await self.vectors.nearest(fresh, dataset_id, self.embedder.model, vector, "pair", count)
        except NotFoundError:
            return []

    def _database(self, known: Knowledge, filters: Filters) -> Database:
        tables = {table.name: table.column_names for table in known.tables}
        described = {table.name: table for table in known.tables}
        return Database(self.connections, known.database, tables, filters, described)


def _exactly(pair: KnownPair) -> Callable[[Ran], Sources]:
    sources = Sources(strategy="exact", score=1.0, items=(pair.item_id,), tables=tuple(pair.tables))
    return lambda _: sources


def _retrieved(asked: QuestionAsked, told: Sequence[Pair], milliseconds: float, *, missed: bool) -> Step:
    if missed:
        detail = text("question.step.retrieved_not", asked.language)
    elif told:
        best = told[0]
        detail = text(
            "question.step.retrieved",
            asked.language,
            count=len(told),
            question=best.question,
            similarity=f"{best.similarity:.2f}",
        )
    else:
        detail = text("question.step.retrieved_none", asked.language)
    return Step(name="retrieve", status="failed" if missed else "done", detail=detail, milliseconds=milliseconds)
