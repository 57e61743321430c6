"""From a question to its conclusion: caches, what was learned for exactly this question, then reasoning."""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import asyncpg
from chromadb.errors import NotFoundError

from libs.datasources.open import Connections
from libs.embeddings.embedder import Embedder, Vector
from libs.events.catalog import QuestionAsked, Sources, Step
from libs.knowledge.items import normalised_question
from libs.language.catalogue import text
from libs.postgres.listen import Listener
from services.query.caches import CacheKey, Caches
from services.query.knowledge.recall import Knowledge, KnownPair, exact_pairs, knowledge, pairs
from services.query.knowledge.vectors import Near, Vectors
from services.query.model.client import Model
from services.query.questions.answered import answered
from services.query.questions.asked import needs_met
from services.query.questions.attempt import attempt
from services.query.questions.conclusion import Conclusion, unanswerable
from services.query.questions.database import Database
from services.query.questions.instead import instead_of
from services.query.questions.reasoned import reasoned
from services.query.questions.scope import Found
from services.query.questions.steps import Steps

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

    async def conclude(self, asked: QuestionAsked, begun_at: datetime, steps: Steps) -> Conclusion:
        """The conclusion of a question; raises `DataSourceError` when its database cannot be asked."""
        if not await needs_met(self.pool, self.listener, asked, _NEEDS_SECONDS):
            return unanswerable("question.not_caught_up", asked.language)
        async with self.pool.acquire() as connection:
            known = await knowledge(connection, asked.dataset_id)
        if known is None:
            return unanswerable("question.dataset_unknown", asked.language)
        if not known.tables:
            return unanswerable("question.not_trained", asked.language, known.version)
        key = _cache_key(asked, known)
        if asked.purpose == "ask" and (body := await self.caches.get("result", key)):
            steps.add(
                Step(name="result_cache", status="done", detail=text("question.step.result_cache", asked.language))
            )
            return Conclusion.from_cache(body)
        conclusion = await self._with_cached_sql(asked, known, key, steps) or await self._think(asked, known, steps)
        conclusion = replace(conclusion, knowledge_version=known.version)
        if conclusion.outcome == "answered" and asked.purpose != "check":
            await self._remember(key, conclusion, begun_at)
        return conclusion

    async def _with_cached_sql(
        self, asked: QuestionAsked, known: Knowledge, key: CacheKey, steps: Steps
    ) -> Conclusion | None:
        body = await self.caches.get("sql", key) if asked.purpose == "ask" else None
        if body is None:
            return None
        steps.add(Step(name="sql_cache", status="done", detail=text("question.step.sql_cache", asked.language)))
        ran = await attempt(asked, self._database(known), body["sql"], steps)
        if ran is None:
            return None
        return replace(answered(asked, ran, Sources.model_validate(body["sources"])), cached=True)

    async def _think(self, asked: QuestionAsked, known: Knowledge, steps: Steps) -> Conclusion:
        database = self._database(known)
        for pair in await self._learned_exactly(asked):
            steps.add(
                Step(name="exact", status="done", detail=text("question.step.exact", asked.language), sql=pair.sql)
            )
            sources = Sources(strategy="exact", score=1.0, items=(pair.item_id,), tables=tuple(pair.tables))
            if ran := await attempt(asked, database, pair.sql, steps):
                return answered(asked, ran, sources)
        found = await self._retrieve(asked, known, steps)
        return await reasoned(asked, known, database, found, steps, self.model)

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
        near = await self._nearest(asked.dataset_id, known.copy, vector, _NEAREST + _SPARE * bool(asked.without))
        async with self.pool.acquire() as connection:
            by_id = await pairs(connection, asked.dataset_id, [one.item_id for one in near], asked.without)
        found = [Found(by_id[one.item_id], one.similarity) for one in near if one.item_id in by_id]
        found = sorted([*found, *instead_of(asked, vector)], key=lambda one: -one.similarity)[:_NEAREST]
        steps.add(_retrieved(asked, found, (time.monotonic() - began) * 1000))
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

    def _database(self, known: Knowledge) -> Database:
        return Database(self.connections, known.database, {table.name: table.column_names for table in known.tables})

    async def _remember(self, key: CacheKey, conclusion: Conclusion, begun_at: datetime) -> None:
        found = {"sql": conclusion.sql, "sources": conclusion.sources.model_dump(mode="json")}
        await self.caches.put("sql", key, found, begun_at)
        await self.caches.put("result", key, conclusion.to_cache(), begun_at)


def _cache_key(asked: QuestionAsked, known: Knowledge) -> CacheKey:
    return CacheKey(
        asked.dataset_id,
        asked.question,
        asked.language,
        known.version,
        known.database.version,
        known.database.datasource_version,
    )


def _retrieved(asked: QuestionAsked, found: list[Found], milliseconds: float) -> Step:
    if found:
        best = found[0]
        detail = text(
            "question.step.retrieved",
            asked.language,
            count=len(found),
            question=best.pair.question,
            similarity=f"{best.similarity:.2f}",
        )
    else:
        detail = text("question.step.retrieved_none", asked.language)
    return Step(name="retrieve", status="done", detail=detail, milliseconds=milliseconds)
