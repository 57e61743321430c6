"""Answers, put together from the question, its end, its rows and its steps."""

from datetime import datetime
from typing import Any

from libs.events.catalog import QuestionAsked
from libs.questions.deadline import GRACE, is_settled, timed_out
from services.gateway.chat.shown import Answer, MadeStep, Replayed, Waiting
from services.gateway.gateway import Gateway

_ANSWERED = "answered"

_ANSWER = """
SELECT q.state AS asked, a.state AS answer, r.state AS fetched, clock_timestamp() AS moment
FROM questions AS q LEFT JOIN answers AS a USING (question_id) LEFT JOIN answer_rows AS r USING (question_id)
WHERE q.question_id = $1
"""


async def answer(gateway: Gateway, question_id: str, *, rows_expected: bool = False) -> Answer | None:
    """The whole answer; None while there is none, or, with `rows_expected`, while its rows are still on the way.

    A question that had no end at its deadline has timed out, as soon as the log can hold no other end.
    """
    row = await gateway.pool.fetchrow(_ANSWER, question_id)
    if row is None:
        return None
    ended: dict[str, Any] | None = row["answer"]
    if ended is None:
        asked = QuestionAsked.model_validate(row["asked"])
        if not await _nothing_else_comes(gateway, asked, row["moment"]):
            return None
        # Its end may have been read meanwhile.
        [row] = await gateway.pool.fetch(_ANSWER, question_id)
        ended = row["answer"] or await _timed_out(gateway, asked)
    if rows_expected and ended["outcome"] == _ANSWERED and row["fetched"] is None:
        return None
    rows = row["fetched"]["rows"] if row["fetched"] and ended["outcome"] == _ANSWERED else None
    whole = row["asked"] | ended | {"rows": rows}
    if replays := row["asked"].get("replays"):
        return Replayed(**whole, before=await answer(gateway, replays))
    return Answer(**whole)


async def _nothing_else_comes(gateway: Gateway, asked: QuestionAsked, moment: datetime) -> bool:
    """Whether at `moment` all that could still be the end of the question has been read; by the database's clock."""
    return is_settled(asked, moment) and await gateway.heard.all_until(asked.deadline + GRACE, moment)


async def _timed_out(gateway: Gateway, asked: QuestionAsked) -> dict[str, Any]:
    """The end that the log will have too, if it has any; it is not kept, so that read models are what the log says."""
    return timed_out(asked, await steps(gateway, asked.question_id, 0)).model_dump(mode="json")


async def waiting(gateway: Gateway, question_id: str) -> Waiting:
    """A question that has no answer yet."""
    asked = await gateway.pool.fetchval("SELECT state FROM questions WHERE question_id = $1", question_id)
    return Waiting(**asked, steps=await steps(gateway, question_id, 0))


async def steps(gateway: Gateway, question_id: str, after: int) -> list[MadeStep]:
    """The steps of a question after number `after`."""
    rows = await gateway.pool.fetch(
        "SELECT number, state FROM answer_steps WHERE question_id = $1 AND number > $2 ORDER BY number",
        question_id,
        after,
    )
    return [MadeStep(**row["state"], number=row["number"]) for row in rows]
