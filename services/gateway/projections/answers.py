"""Questions, the steps and rows and ends of their answers, and feedback."""

from libs.events.projection import Batch
from libs.postgres.pool import Connection


async def keep_questions(connection: Connection, batch: Batch) -> None:
    """Every question that a person asked."""
    events = [received.event for received in batch if received.event.purpose != "check"]
    await connection.executemany(
        "INSERT INTO questions VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        [
            (e.question_id, e.dataset_id, e.conversation_id, e.who, e.model_dump(mode="json"), e.asked_at)
            for e in events
        ],
    )


async def keep_deletions(connection: Connection, batch: Batch) -> None:
    """Every conversation that is to be shown no longer."""
    await connection.executemany(
        "INSERT INTO deleted_conversations VALUES ($1) ON CONFLICT DO NOTHING",
        [(received.event.conversation_id,) for received in batch],
    )


async def keep_steps(connection: Connection, batch: Batch) -> None:
    """Every step of an answer; a step that was made again replaces the one before."""
    await connection.executemany(
        "INSERT INTO answer_steps VALUES ($1, $2, $3) "
        "ON CONFLICT (question_id, number) DO UPDATE SET state = excluded.state",
        [(r.event.question_id, r.event.number, r.event.step.model_dump(mode="json")) for r in batch],
    )
    await _wake(connection, batch)


async def keep_rows(connection: Connection, batch: Batch) -> None:
    """The rows of every answer."""
    await connection.executemany(
        "INSERT INTO answer_rows VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [(r.event.question_id, r.event.model_dump(mode="json"), r.event.fetched_at) for r in batch],
    )
    await _wake(connection, batch)


async def keep_answers(connection: Connection, batch: Batch) -> None:
    """The end of every question that a person asked; the first one counts."""
    batch = [received for received in batch if received.event.purpose != "check"]
    await connection.executemany(
        "INSERT INTO answers VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [(r.event.question_id, r.event.model_dump(mode="json")) for r in batch],
    )
    await _wake(connection, batch)


async def keep_feedback(connection: Connection, batch: Batch) -> None:
    """Every verdict of a person."""
    events = [received.event for received in batch]
    await connection.executemany(
        "INSERT INTO feedback VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        [(e.feedback_id, e.dataset_id, e.sequence, e.who, e.model_dump(mode="json")) for e in events],
    )


async def _wake(connection: Connection, batch: Batch) -> None:
    for question_id in {received.event.question_id for received in batch}:
        await connection.execute("SELECT pg_notify('answers', $1)", question_id)
