"""Records questions and how they ended, and offers each question to be answered."""

from libs.events.catalog import (
    BusinessTermChanged,
    CacheCleared,
    CheckpointReached,
    ConversationDeleted,
    FeedbackGiven,
    KnowledgeRemoved,
    QuestionAnswered,
    QuestionAsked,
)
from libs.events.projection import Batch, Handlers
from libs.events.transaction import Transaction
from libs.knowledge import databases
from libs.knowledge.terms import keep_terms
from libs.leases.claim import offer
from libs.postgres.pool import Connection
from services.query.caches.clear import clear_caches
from services.query.knowledge.learn import Learning
from services.query.knowledge.vectors import Vectors

_PUT_ASKED = """
INSERT INTO questions AS q (question_id, event_id, correlation_id, traceparent, asked) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (question_id) DO UPDATE
SET event_id = excluded.event_id, correlation_id = excluded.correlation_id, traceparent = excluded.traceparent,
    asked = excluded.asked
WHERE q.asked IS NULL
"""
_PUT_ANSWERED = """
INSERT INTO questions AS q (question_id, outcome, sql, understood, said, choices, knowledge_version, answered_at, heard)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (question_id) DO UPDATE
SET outcome = excluded.outcome, sql = excluded.sql, understood = excluded.understood, said = excluded.said,
    choices = excluded.choices, knowledge_version = excluded.knowledge_version, answered_at = excluded.answered_at,
    heard = excluded.heard
WHERE q.outcome IS NULL OR (excluded.heard AND NOT q.heard)
"""
_PUT_DELETED = "INSERT INTO deleted_conversations VALUES ($1, $2) ON CONFLICT DO NOTHING"
_HAS_ENDED = "SELECT outcome IS NOT NULL FROM questions WHERE question_id = $1"


def handlers(vectors: Vectors) -> Handlers:
    """All handlers of the query service."""
    learning = Learning(vectors)
    return Handlers(
        project={
            **databases.PROJECT,
            BusinessTermChanged: keep_terms,
            KnowledgeRemoved: learning.remove,
            CheckpointReached: learning.learn,
            QuestionAsked: keep_questions,
            QuestionAnswered: keep_answers,
            ConversationDeleted: keep_deletions,
        },
        react={QuestionAsked: offer_questions, CacheCleared: clear_caches, FeedbackGiven: clear_caches},
    )


async def keep_questions(connection: Connection, batch: Batch) -> None:
    """Every question, once, with what its answer will name as its cause."""
    rows = [
        (
            received.event.question_id,
            received.event_id,
            received.correlation_id,
            received.traceparent,
            received.event.model_dump(mode="json"),
        )
        for received in batch
    ]
    await connection.executemany(_PUT_ASKED, rows)


async def keep_answers(connection: Connection, batch: Batch) -> None:
    """How each question ended; the first end counts that is on the log, where one of our own may come as a late one."""
    rows = []
    for received in batch:
        e: QuestionAnswered = received.event
        said = (e.outcome, e.sql, e.understood, e.answer_text, list(e.choices), e.knowledge_version, e.answered_at)
        rows.append((e.question_id, *said, received.offset >= 0))
    await connection.executemany(_PUT_ANSWERED, rows)


async def keep_deletions(connection: Connection, batch: Batch) -> None:
    """Every conversation that is not to be looked back at any longer."""
    await connection.executemany(
        _PUT_DELETED, [(received.event.conversation_id, received.event.who) for received in batch]
    )


async def offer_questions(transaction: Transaction, batch: Batch) -> None:
    """Every question that has no end yet is to be answered."""
    for received in batch:
        asked: QuestionAsked = received.event
        if not await transaction.connection.fetchval(_HAS_ENDED, asked.question_id):
            # People's questions come first; the checks of a dataset are answered one at a time.
            group = f"check/{asked.dataset_id}" if asked.purpose == "check" else None
            priority = 0 if asked.purpose == "ask" else -1
            await offer(transaction.connection, "question", asked.question_id, group_key=group, priority=priority)
