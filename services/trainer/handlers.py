"""Which events the trainer takes in, and which it answers."""

from dataclasses import replace

from libs.events.catalog import (
    BusinessTermChanged,
    CancelRequested,
    CheckpointReached,
    KnowledgeRemoved,
    PauseRequested,
    ResumeRequested,
    SchemaInspected,
    SchemaInspectionRequested,
    TrainingRequested,
)
from libs.events.projection import Batch, Handlers
from libs.events.transaction import Transaction
from libs.knowledge import databases
from libs.knowledge.terms import keep_terms
from services.trainer.control.handlers import obey
from services.trainer.datasets.given import begin_embedding
from services.trainer.embeddings import Embeddings
from services.trainer.inspection.publish import keep_inspections
from services.trainer.inspection.requests import offer_inspections
from services.trainer.runs.handlers import keep_checkpoints, start_trainings
from services.trainer.runs.learned import remove_learned
from services.trainer.runs.store import keep

HANDLERS = Handlers(
    project={
        **databases.PROJECT,
        BusinessTermChanged: keep_terms,
        KnowledgeRemoved: remove_learned,
        TrainingRequested: keep,
        PauseRequested: keep,
        ResumeRequested: keep,
        CancelRequested: keep,
        CheckpointReached: keep_checkpoints,
        SchemaInspected: keep_inspections,
    },
    react={
        SchemaInspectionRequested: offer_inspections,
        TrainingRequested: start_trainings,
        PauseRequested: obey,
        ResumeRequested: obey,
        CancelRequested: obey,
    },
)


def handlers(urgent: Embeddings) -> Handlers:
    """All of them; what people say of answers is embedded with `urgent` as soon as it is heard of."""

    async def start(transaction: Transaction, batch: Batch) -> None:
        for received in batch:
            begin_embedding(urgent, received.event)
        await start_trainings(transaction, batch)

    return replace(HANDLERS, react={**HANDLERS.react, TrainingRequested: start})
