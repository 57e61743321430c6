"""How corrections stand, and the curve of a dataset: what each training and correction did to verified questions."""

from typing import Any

from services.gateway.learning.decider import Decision, FeedbackStatus, Standing, status_of
from services.gateway.learning.shown import Evidence, Point, Score

_FEEDBACK = """
SELECT f.dataset_id, f.state AS given, r.state AS reviewed, m.state AS measured, last.status,
    coalesce(decided.decision_sequence, 0) AS decision_sequence, decided.state ->> 'decision' AS decision
FROM feedback AS f LEFT JOIN reviews AS r USING (feedback_id)
LEFT JOIN measures AS m ON m.training_id = r.state ->> 'training_id'
LEFT JOIN LATERAL (
    SELECT status FROM checkpoints AS c WHERE c.training_id = r.state ->> 'training_id'
    ORDER BY sequence DESC LIMIT 1) AS last ON true
LEFT JOIN LATERAL (
    SELECT decision_sequence, state FROM decisions AS d WHERE d.subject_id = f.feedback_id
    ORDER BY decision_sequence DESC LIMIT 1) AS decided ON true
WHERE f.feedback_id = $1 AND f.who = $2
"""
_TRAINING = """
SELECT m.state AS measured, coalesce(decided.decision_sequence, 0) AS decision_sequence,
    decided.state ->> 'decision' AS decision
FROM measures AS m LEFT JOIN LATERAL (
    SELECT decision_sequence, state FROM decisions AS d WHERE d.subject_id = m.training_id
    ORDER BY decision_sequence DESC LIMIT 1) AS decided ON true
WHERE m.training_id = $1 AND m.dataset_id = $2 AND m.state ->> 'feedback_id' IS NULL
"""
_POINTS = """
SELECT m.state, m.measured_at, t.source, t.given, f.state AS said, r.state AS reviewed FROM measures AS m
LEFT JOIN trainings AS t USING (training_id) LEFT JOIN feedback AS f ON f.feedback_id = m.state ->> 'feedback_id'
LEFT JOIN reviews AS r ON r.feedback_id = m.state ->> 'feedback_id'
WHERE m.dataset_id = $1 ORDER BY m.measured_at DESC, m.training_id DESC LIMIT $2 OFFSET $3
"""
# Of what was measured of knowledge that was removed since, there is no score.
_NEWEST = """
SELECT (state ->> 'right')::int AS right, (state ->> 'told')::int AS told FROM measures AS m
WHERE dataset_id = $1 AND NOT EXISTS (
    SELECT FROM checkpoints AS c JOIN removals AS r USING (dataset_id)
    WHERE c.training_id = m.training_id AND (c.state ->> 'generation')::bigint < r.generation)
ORDER BY measured_at DESC, training_id DESC LIMIT 1
"""
_VERIFIED = """
SELECT count(*) FROM known_items WHERE dataset_id = $1 AND kind = 'pair' AND origin = 'feedback'
    AND generation = (SELECT coalesce(max(generation), 0) FROM removals WHERE dataset_id = $1)
"""
_RANK = {"wrong": 0, "none": 1, "right": 2}


async def feedback_of(connection: Any, feedback_id: str, who: str) -> Any:
    """What was said, with what became of it; None when it is not `who`'s."""
    return await connection.fetchrow(_FEEDBACK, feedback_id, who)


async def training_of(connection: Any, dataset_id: str, training_id: str) -> Any:
    """A training of a database or a file that was measured; None when it was not."""
    return await connection.fetchrow(_TRAINING, training_id, dataset_id)


def standing_of_feedback(row: Any) -> Standing:
    """How a verdict stands."""
    reviewed = row["reviewed"]
    pending = _pending(row, reviewed["decided"] if reviewed else 0)
    return Standing(status_of_feedback(row), row["decision_sequence"], pending)


def status_of_feedback(row: Any) -> FeedbackStatus:
    """What became of a verdict, in a word."""
    return status_of(row["reviewed"] and row["reviewed"]["verdict"], row["status"])


def is_being_measured(row: Any) -> bool:
    """Whether what a verdict teaches is known, or about to be, and may yet turn out to do harm."""
    reviewed = row["reviewed"]
    return bool(reviewed and reviewed["verdict"] == "accepted" and reviewed["training_id"]) and row["measured"] is None


def standing_of_training(row: Any) -> Standing:
    """How a training that was measured stands; one that did no harm is not to be decided about."""
    measured = row["measured"]
    return Standing(measured["verdict"], row["decision_sequence"], _pending(row, measured["decided"]))


def _pending(row: Any, answered: int) -> Decision | None:
    pending: Decision | None = row["decision"] if row["decision_sequence"] > answered else None
    return pending


async def curve(connection: Any, dataset_id: str, size: int, offset: int) -> tuple[list[Point], int]:
    """The points of a page, newest first, and how many there are."""
    total = await connection.fetchval("SELECT count(*) FROM measures WHERE dataset_id = $1", dataset_id)
    return [_point(row) for row in await connection.fetch(_POINTS, dataset_id, size, offset)], total


async def score_now(connection: Any, dataset_id: str) -> Score:
    """The score as it is now, and of how many verified questions."""
    row = await connection.fetchrow(_NEWEST, dataset_id)
    right, told = (row["right"], row["told"]) if row else (0, 0)
    verified = await connection.fetchval(_VERIFIED, dataset_id)
    return Score(score=_share(right, told), right=right, measured=told, verified=verified)


def evidence(measured: dict[str, Any]) -> Evidence:
    """What a change did: the shares of right answers before and after, and the questions that it gained and lost."""
    told = [one for one in measured["results"] if "unknown" not in (one["before"], one["after"])]
    return Evidence(
        questions=len(told),
        before=_share(sum(one["before"] == "right" for one in told), len(told)),
        after=_share(sum(one["after"] == "right" for one in told), len(told)),
        gained=[one for one in told if _RANK[one["after"]] > _RANK[one["before"]]],
        contradicts=measured["contradicts"],
        lost=[one for one in told if _RANK[one["after"]] < _RANK[one["before"]]],
    )


def _point(row: Any) -> Point:
    state, said = row["state"], row["said"]
    imported = row["source"] == "user" and row["given"]
    return Point(
        training_id=state["training_id"],
        feedback_id=state["feedback_id"],
        source="import" if imported else state["source"],
        question=said["question"] if said else None,
        verdict=_verdict(state, row["reviewed"]),
        measured_at=row["measured_at"],
        score=_share(state["right"], state["told"]),
        measured=state["told"],
        change=evidence(state),
    )


def _verdict(state: dict[str, Any], reviewed: dict[str, Any] | None) -> str:
    """What became of a change: what was measured, until a person decided otherwise, or what was held came back."""
    measured = str(state["verdict"])
    if not reviewed or (measured == "kept" and reviewed["verdict"] == "accepted"):
        return measured
    since = reviewed["decided"] or reviewed["training_id"] != state["training_id"]
    return str(reviewed["verdict"]) if since else measured


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
