"""How a dataset's trainings stand, derived from requests, wishes and checkpoints."""

from typing import Any

from libs.events.catalog import ENDED, Language, Needs
from libs.language.catalogue import retold, sentences, text
from libs.postgres.pool import Connection
from services.gateway.retold import OF_TRAININGS, problem_in
from services.gateway.trainings.decider import Training, Wish
from services.gateway.trainings.shown import Progress, ShownStatus

SHOWN_STATUS: dict[str, ShownStatus] = {
    "pending": "pending", "preparing": "training", "training": "training", "paused": "paused",
    "completed": "completed", "failed": "failed", "cancelled": "cancelled", "held": "held",
}  # fmt: skip
"""The status words of events as datasets show them (mission.md, D3)."""

_WISHES: dict[str, Wish] = {"PauseRequested": "pause", "ResumeRequested": "resume", "CancelRequested": "cancel"}

_NEWEST = """
SELECT training_id, coalesce(last.status, 'pending') AS status, last.state, wish.kind,
    coalesce(wish.control_sequence, 0) AS control_sequence,
    (SELECT coalesce(max(generation), 0) FROM removals WHERE dataset_id = $1) AS generation
FROM trainings
LEFT JOIN LATERAL (
    SELECT status, state FROM checkpoints AS c WHERE c.training_id = trainings.training_id
    ORDER BY sequence DESC LIMIT 1) AS last ON true
LEFT JOIN LATERAL (
    SELECT kind, control_sequence FROM controls AS w WHERE w.training_id = trainings.training_id
    ORDER BY control_sequence DESC LIMIT 1) AS wish ON true
WHERE dataset_id = $1 AND source <> 'feedback' ORDER BY training_id DESC LIMIT 1
"""
_LAST_COMPLETED = """
SELECT max((state->>'reached_at')::timestamptz) FROM checkpoints WHERE dataset_id = $1 AND status = 'completed'
"""
# As the trainer takes them: one of each person's in turn, each person's in order.
_POSITION = """
WITH waiting AS (
    SELECT t.training_id, row_number() OVER (PARTITION BY t.who ORDER BY t.training_id) AS turn
    FROM trainings AS t WHERE t.source <> 'feedback' AND coalesce((
        SELECT c.status FROM checkpoints AS c WHERE c.training_id = t.training_id ORDER BY sequence DESC LIMIT 1
    ), 'pending') = 'pending'
)
SELECT count(*) FROM waiting, (SELECT * FROM waiting WHERE training_id = $1) AS mine
WHERE (waiting.turn, waiting.training_id) <= (mine.turn, mine.training_id)
"""
_NEEDS = """
SELECT d.version AS dataset_version, s.version AS datasource_version,
    (SELECT coalesce(max(terms_version), 0) FROM terms WHERE dataset_id = $1) AS terms_version,
    (SELECT coalesce(max(generation), 0) FROM removals WHERE dataset_id = $1) AS generation
FROM datasets AS d JOIN datasources AS s USING (datasource_id) WHERE d.dataset_id = $1
"""


async def newest_training(connection: Any, dataset_id: str) -> Training | None:
    """The newest training of a dataset that was not asked for by feedback."""
    row = await connection.fetchrow(_NEWEST, dataset_id)
    if row is None:
        return None
    wish = _WISHES.get(row["kind"] or "")
    return Training(row["training_id"], row["status"], wish, row["control_sequence"])


async def training_state(connection: Any, dataset_id: str, language: Language) -> Progress:
    """How a dataset's training stands; pending again once what it learned was removed."""
    row = await connection.fetchrow(_NEWEST, dataset_id)
    if row and row["status"] in ENDED and row["state"]["generation"] < row["generation"]:
        row = None
    last: dict[str, Any] = (row["state"] if row else None) or {}
    status: ShownStatus = SHOWN_STATUS[row["status"]] if row else "pending"
    problem = problem_in(last["problem"], language, OF_TRAININGS) if last.get("problem") else None
    completed = await connection.fetchval(_LAST_COMPLETED, dataset_id)
    waiting = row is not None and row["status"] == "pending"
    return Progress(
        status=status,
        status_text=text(f"status.{status}", language),
        process_rate=last.get("progress", 0.0),
        error_msg=sentences(problem.detail, problem.hint) if problem else None,
        last_train_at=completed,
        current_step=retold(last.get("message", ""), language, *OF_TRAININGS),
        training_id=row["training_id"] if row else None,
        queue_position=await connection.fetchval(_POSITION, row["training_id"]) if waiting else None,
        items_learned=last.get("items_learned", 0),
    )


async def needs_of(connection: Connection, dataset_id: str) -> tuple[Needs, int]:
    """The versions that a request about a dataset rests on, and its knowledge's generation."""
    row = await connection.fetchrow(_NEEDS, dataset_id)
    if row is None:
        return Needs(), 0
    needs = Needs(
        datasource_version=row["datasource_version"],
        dataset_version=row["dataset_version"],
        terms_version=row["terms_version"],
    )
    return needs, row["generation"]
