"""Reads and writes trainings as the decider knows them."""

from libs.events.catalog import Problem, TrainingRequested
from libs.events.envelope import Received
from libs.events.projection import Batch
from libs.postgres.pool import Connection
from services.trainer.runs.decider import State, evolve

_MAKE = "INSERT INTO runs (training_id, dataset_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"
_LOAD = """
SELECT training_id, dataset_id, requested, requested_offset, wish, wish_sequence, sequence, status, attempt, epoch,
    stalled, answered, stage, progress, items_learned, message, problem
FROM runs WHERE training_id = $1
"""
_SAVE = """
UPDATE runs SET wish = $2, wish_sequence = $3, sequence = $4, status = $5, attempt = $6, epoch = $7, stalled = $8,
    answered = $9, stage = $10, progress = $11, items_learned = $12, message = $13, problem = $14
WHERE training_id = $1
"""
_SAVE_REQUEST = """
UPDATE runs SET requested = $2, requested_event_id = $3, requested_correlation_id = $4, requested_traceparent = $5,
    requested_offset = $6
WHERE training_id = $1 AND requested IS NULL
"""
_CAUSE = """
SELECT requested_event_id, requested_correlation_id, requested_traceparent FROM runs
WHERE training_id = $1 AND requested IS NOT NULL
"""


async def load(connection: Connection, training_id: str, *, lock: bool = False) -> State | None:
    """The training, with its row locked to the end of the transaction if `lock`; None when it is unknown."""
    row = await connection.fetchrow(_LOAD + (" FOR UPDATE" if lock else ""), training_id)
    if row is None:
        return None
    fields = dict(row)
    requested, problem = fields.pop("requested"), fields.pop("problem")
    return State(
        **fields,
        requested=TrainingRequested.model_validate(requested) if requested else None,
        problem=Problem.model_validate(problem) if problem else None,
    )


async def wanted(connection: Connection, training_id: str) -> int:
    """The sequence of the newest control request of the training."""
    return await connection.fetchval("SELECT wish_sequence FROM runs WHERE training_id = $1", training_id) or 0


async def cause(connection: Connection, state: State) -> Received[TrainingRequested] | None:
    """The request of the training as it was received: what its checkpoints are caused by."""
    row = await connection.fetchrow(_CAUSE, state.training_id)
    if row is None or state.requested is None:
        return None
    event_id, correlation_id, traceparent = row
    return Received(state.requested, event_id, correlation_id, traceparent, TrainingRequested.__name__, -1, -1)


async def keep(connection: Connection, batch: Batch) -> None:
    """Bring the trainings that `batch` tells of up to date; the events are requests, wishes or checkpoints."""
    await keep_news(connection, batch)


async def keep_news(connection: Connection, batch: Batch) -> Batch:
    """The same, and gives what of `batch` was not known."""
    by_training: dict[str, list[Received]] = {}  # type: ignore[type-arg]
    for received in batch:
        by_training.setdefault(received.event.training_id, []).append(received)
    # In one order everywhere, so that two transactions never wait for each other.
    news: set[int] = set()
    for training_id in sorted(by_training):
        news |= await _keep_one(connection, training_id, by_training[training_id])
    return [received for received in batch if id(received) in news]


async def _keep_one(connection: Connection, training_id: str, batch: Batch) -> set[int]:
    state = await load(connection, training_id, lock=True)
    if state is None:
        dataset_id = batch[0].event.dataset_id
        made = await connection.fetchval(_MAKE, training_id, dataset_id)
        state = State(training_id, dataset_id) if made else await load(connection, training_id, lock=True)
    if state is None:
        raise LookupError(f"the row of training {training_id} is gone")
    before = state
    news: set[int] = set()  # By place in memory: an event that comes twice in one batch is news once.
    for received in batch:
        if isinstance(received.event, TrainingRequested) and state.requested is None:
            await connection.execute(
                _SAVE_REQUEST,
                training_id,
                received.event.model_dump(mode="json"),
                received.event_id,
                received.correlation_id,
                received.traceparent,
                received.offset,
            )
        after = evolve(state, received.event)
        if after != state:
            news.add(id(received))
        state = after
    if state != before:
        await _save(connection, state)
    return news


async def _save(connection: Connection, state: State) -> None:
    await connection.execute(
        _SAVE,
        state.training_id,
        state.wish,
        state.wish_sequence,
        state.sequence,
        state.status,
        state.attempt,
        state.epoch,
        state.stalled,
        state.answered,
        state.stage,
        state.progress,
        state.items_learned,
        state.message,
        state.problem.model_dump(mode="json") if state.problem else None,
    )
