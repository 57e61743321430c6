"""What is kept of an answer for whoever asks the same: its result for minutes, its SQL for days."""

from dataclasses import dataclass, replace

from libs.datasources.policy import digest
from libs.events.catalog import Sources, Step
from libs.language.catalogue import text
from services.query.caches.caches import Caches
from services.query.caches.key import CacheKey
from services.query.knowledge.recall import Knowledge
from services.query.questions.attempt import Attempt
from services.query.questions.conclusion import Conclusion
from services.query.questions.steps import Steps
from services.query.questions.understood import Understood


@dataclass(frozen=True)
class Cached:
    """The caches as one question uses them; a check or a replay neither finds nor leaves anything there."""

    caches: Caches
    key: CacheKey
    attempt: Attempt

    async def result(self) -> Conclusion | None:
        """The result of the same question, if it is minutes old."""
        body = await self.caches.get("result", self.key) if self._takes_part else None
        if body is None:
            return None
        self._tell("result_cache")
        return Conclusion.from_cache(body)

    async def answer(self) -> Conclusion | None:
        """What SQL that was found before answers now; None where there is none, or it runs no more."""
        body = await self.caches.get("sql", self.key) if self._takes_part else None
        if body is None:
            return None
        self._tell("sql_cache")
        sources = Sources.model_validate(body["sources"])
        conclusion = await self.attempt.answer(body["sql"], lambda _: sources)
        return replace(conclusion, cached=conclusion.outcome == "answered") if conclusion else None

    async def keep(self, conclusion: Conclusion) -> None:
        """Keep an answer, unless it may be another one as soon as the pairs that are near can be found."""
        if conclusion.outcome != "answered" or not self._takes_part or not _knew_all(self.attempt.steps):
            return
        found = {"sql": conclusion.sql, "sources": conclusion.sources.model_dump(mode="json")}
        await self.caches.put("sql", self.key, found)
        await self.caches.put("result", self.key, conclusion.to_cache())

    @property
    def _takes_part(self) -> bool:
        return self.attempt.asked.purpose == "ask"

    def _tell(self, name: str) -> None:
        detail = text(f"question.step.{name}", self.attempt.asked.language)
        self.attempt.steps.add(Step(name=name, status="done", detail=detail))


def cached(caches: Caches, meant: Understood, known: Knowledge, cleared: int, attempt: Attempt) -> Cached:
    """The caches for a question as it is meant, with what is `known` and after they were `cleared` so often."""
    key = CacheKey(
        meant.asked.dataset_id,
        meant.asked.question,
        meant.asked.language,
        known.version,
        known.database.version,
        known.database.datasource_version,
        cleared,
        meant.context,
        digest(attempt.database.filters),
    )
    return Cached(caches, key, attempt)


def _knew_all(steps: Steps) -> bool:
    return not any(step.name == "retrieve" and step.status == "failed" for step in steps.made)
