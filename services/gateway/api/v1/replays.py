"""/api/v1/chat/questions/{id}/replay: an old question of one's own is asked again, with what is known today."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response, status

from libs.events.catalog import QuestionAsked
from libs.events.ids import new_id
from libs.postgres.pool import Connection
from libs.runtime.clock import now
from services.gateway.accounts.store import Account
from services.gateway.api.context import AskedLanguage, GatewayPart, SignedIn, owned
from services.gateway.api.problems import Problem, not_found
from services.gateway.api.tells import tells
from services.gateway.api.v1.chat import answer_to, place_of
from services.gateway.chat.shown import Replayed, Waiting
from services.gateway.gateway import Gateway
from services.gateway.trainings.read import needs_of

router = APIRouter(prefix="/chat", tags=["chat"])

# A replay asked again is the question that it replayed.
_BEFORE = """
SELECT first.state, answers.state IS NOT NULL AS answered
FROM shown_questions AS named
JOIN questions AS first ON first.question_id = coalesce(named.state->>'replays', named.question_id)
LEFT JOIN answers ON answers.question_id = first.question_id
WHERE named.question_id = $1 AND named.who = $2
"""
# Of two replays that one person asks for at once, the second sees the first.
_LOCK = "SELECT FROM accounts WHERE account_id = $1 FOR NO KEY UPDATE"
_ACTIVE = """
SELECT question_id FROM questions WHERE who = $1 AND asked_at > now() - make_interval(secs => $2)
    AND state->>'replays' IS NOT NULL
    AND NOT EXISTS (SELECT FROM answers WHERE answers.question_id = questions.question_id)
"""


@router.post(
    "/questions/{question_id}/replay",
    responses=tells(200, model=Replayed) | tells(202, "Location", model=Waiting),
)
async def replay_question(
    question_id: str, request: Request, gateway: GatewayPart, account: SignedIn, language: AskedLanguage
) -> Response:
    """Ask an answered question of one's own again, with what is known today; one at a time.

    It is meant as it was in its conversation then, and is no part of that conversation itself. The answer is like that
    of any question, with a `question_id` of its own. Beside it, `before` is the answer that the question got then, and
    `same_rows` says whether the SQL of both gives the same rows today: null where one of them has none, does not run,
    or gives too many rows to tell. No cache answers it. What was known at an earlier time answers the operator's
    command `python -m services.query replay --as-of`.
    """
    again = await _ask_again(gateway, account, question_id)
    return await answer_to(gateway, again.question_id, request, language)


async def _ask_again(gateway: Gateway, account: Account, question_id: str) -> QuestionAsked:
    async with gateway.writing() as write:
        before = await _before(write.connection, account, question_id)
        await owned(write.connection, "datasets", "dataset_id", before.dataset_id, account)
        await _check_alone(write.connection, account, gateway.answer_seconds)
        needs, _ = await needs_of(write.connection, before.dataset_id)
        asked_at = now()
        event = before.model_copy(
            update={
                "question_id": new_id(), "purpose": "replay", "replays": before.question_id, "role": account.role,
                "needs": needs, "asked_at": asked_at, "deadline": asked_at + timedelta(seconds=gateway.answer_seconds),
            }
        )  # fmt: skip
        await write.record(event)
        later = Waiting(**event.model_dump(), steps=[])
        await write.answers(status.HTTP_202_ACCEPTED, later, {"location": place_of(event.question_id)})
    return event


async def _before(connection: Connection, account: Account, question_id: str) -> QuestionAsked:
    row = await connection.fetchrow(_BEFORE, question_id, account.account_id)
    if row is None:
        raise not_found()
    if not row["answered"]:
        raise Problem(409, "not_answered")
    return QuestionAsked.model_validate(row["state"])


async def _check_alone(connection: Connection, account: Account, seconds: float) -> None:
    await connection.execute(_LOCK, account.account_id)
    if active := await connection.fetchval(_ACTIVE, account.account_id, seconds):
        raise Problem(409, "replay_active", question_id=active)
