"""Works on trainings: the four stages of a dataset, or the few items of a feedback."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from libs.datasources.errors import DataSourceError
from libs.datasources.open import Connections
from libs.embeddings.embedder import EmbeddingFailed
from libs.events.catalog import Language, Problem, TrainingRequested
from libs.language.catalogue import text
from libs.leases.claim import Lease
from libs.leases.worker import Held
from libs.postgres.listen import Listener
from libs.runtime import telemetry
from services.trainer.datasets.examples import learn_examples
from services.trainer.datasets.given import learn_given
from services.trainer.datasets.knowledge import learn_knowledge
from services.trainer.datasets.learn import Learner
from services.trainer.datasets.prepare import CannotTrain, prepare
from services.trainer.datasets.structure import learn_structure
from services.trainer.embeddings import Embeddings
from services.trainer.inspection.reader import Reader
from services.trainer.inspection.requests import problem_of
from services.trainer.runs.attempt import Attempt, Stopped, begun

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Training:
    """What the worker of trainings needs; `run` is for libs.leases.worker."""

    pool: "asyncpg.Pool[Any]"
    listener: Listener
    connections: Connections
    reader: Reader
    embeddings: Embeddings
    urgent: Embeddings
    """For what people say of answers, which is to be known at once."""

    async def run(self, lease: Lease, held: Held) -> None:
        """Work on the training of `lease` until it ends, is paused or cancelled, or the lease is lost."""
        with structlog.contextvars.bound_contextvars(training_id=lease.subject):
            async with begun(self.pool, self.listener, lease, held) as attempt:
                if attempt is None or attempt.state.requested is None:
                    return
                log.info("training_claimed", epoch=lease.epoch, attempt=attempt.state.attempt)
                attributes = {telemetry.ATTRIBUTE_TRAINING: lease.subject}
                with telemetry.span(telemetry.SPAN_TRAINING, link=attempt.traceparent, **attributes):
                    await self._work(attempt, attempt.state.requested)
                log.info("training_left", status=attempt.state.status, progress=attempt.state.progress)

    async def _work(self, attempt: Attempt, request: TrainingRequested) -> None:
        try:
            if request.is_lesson:
                embeddings = self.urgent if request.is_urgent else self.embeddings
                await learn_given(Learner(attempt, embeddings, request.language), request)
            else:
                await self._learn_database(attempt, request)
        except Stopped:
            pass
        except CannotTrain as error:
            await attempt.fail(error.problem)
        except DataSourceError as error:
            log.warning("data_source_failed", code=error.code, cause=type(error.__cause__).__name__)
            await attempt.fail(problem_of(error, request.language))
        except EmbeddingFailed:
            await attempt.fail(_embedding_problem(request.language))

    async def _learn_database(self, attempt: Attempt, request: TrainingRequested) -> None:
        prepared = await prepare(attempt, self.connections, self.reader, request)
        learner = Learner(attempt, self.embeddings, request.language)
        await learn_structure(learner, prepared)
        await learn_knowledge(learner, prepared)
        await learn_examples(learner, prepared)


def _embedding_problem(language: Language) -> Problem:
    return Problem(
        code="embedding_failed",
        detail=text("trainer.embedding_failed", language),
        hint=text("trainer.embedding_failed.hint", language),
    )
