"""Answers, put together from the question, its end, its rows and its steps."""

from typing import Any

from services.gateway.gateway import Gateway

_ANSWERED = "answered"

_ANSWER = """
SELECT q.state AS asked, a.state AS answer, r.state AS fetched
FROM questions AS q LEFT JOIN answers AS a USING (question_id) LEFT JOIN answer_rows AS r USING (question_id)
WHERE q.question_id = $1
"""
_ASKED_FIELDS = ("question_id", "dataset_id", "question", "conversation_id")
_ANSWER_FIELDS = (
    "outcome", "sql", "columns", "row_count", "truncated", "chart_type", "chart", "steps", "insight", "answer_text",
    "choices", "sources", "knowledge_version", "cached",
)  # fmt: skip


async def answer(gateway: Gateway, question_id: str, *, rows_expected: bool = False) -> dict[str, Any] | None:
    """The whole answer; None while there is none, or, with `rows_expected`, while its rows are still on the way."""
    row = await gateway.pool.fetchrow(_ANSWER, question_id)
    if row is None or row["answer"] is None:
        return None
    ended: dict[str, Any] = row["answer"]
    if rows_expected and ended["outcome"] == _ANSWERED and row["fetched"] is None:
        return None
    shown = {name: row["asked"][name] for name in _ASKED_FIELDS} | {name: ended[name] for name in _ANSWER_FIELDS}
    rows = row["fetched"]["rows"] if row["fetched"] else None
    # Answers that were kept before there were conversations do not have it.
    understood = ended.get("understood", "")
    whole = shown | {"rows": rows, "understood": understood, "milliseconds": ended["milliseconds"]}
    if replays := row["asked"].get("replays"):
        return whole | {"before": await answer(gateway, replays), "same_rows": ended["same_rows"]}
    return whole


async def waiting(gateway: Gateway, question_id: str) -> dict[str, Any]:
    """A question that has no answer yet."""
    asked = await gateway.pool.fetchval("SELECT state FROM questions WHERE question_id = $1", question_id)
    return not_answered(asked, await steps(gateway, question_id, 0))


def not_answered(asked: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """A question as it is shown before its answer, with the steps made so far."""
    return {name: asked[name] for name in _ASKED_FIELDS} | {"outcome": None, "steps": steps}


async def steps(gateway: Gateway, question_id: str, after: int) -> list[dict[str, Any]]:
    """The steps of a question after number `after`."""
    rows = await gateway.pool.fetch(
        "SELECT number, state FROM answer_steps WHERE question_id = $1 AND number > $2 ORDER BY number",
        question_id,
        after,
    )
    return [row["state"] | {"number": row["number"]} for row in rows]
