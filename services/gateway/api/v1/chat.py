"""/api/v1/chat: questions, answers as they are made, conversations, feedback."""

import time
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Literal

from fastapi import APIRouter, Request, Response, status
from sse_starlette import EventSourceResponse

from libs.events.catalog import ConversationDeleted, FeedbackGiven, QuestionAsked
from libs.events.ids import new_id
from libs.language.catalogue import Language, text
from libs.language.catalogue import language_of as written_in
from libs.questions.deadline import GRACE
from libs.runtime.clock import now
from libs.runtime.deadlines import DeadlinePassed
from services.gateway.accounts.store import Account
from services.gateway.api.context import After, AskedLanguage, GatewayPart, Paging, SignedIn, owned, written
from services.gateway.api.fields import Body, Id, Prose, Sql
from services.gateway.api.fields import Question as QuestionText
from services.gateway.api.problems import Problem, not_found
from services.gateway.api.tells import NOTHING, tells
from services.gateway.chat.decider import Judged, decide_judged
from services.gateway.chat.read import answer, steps, waiting
from services.gateway.chat.shown import Answer, Conversation, ListedConversation, Turn, Waiting, WaitingElsewhere
from services.gateway.gateway import Gateway
from services.gateway.learning.read import evidence, feedback_of, is_being_measured, status_of_feedback
from services.gateway.learning.shown import FeedbackState, ReceivedFeedback
from services.gateway.retold import OF_FEEDBACK, problem_in
from services.gateway.shown import Page, Shown
from services.gateway.trainings.read import needs_of

router = APIRouter(prefix="/chat", tags=["chat"])

_ANSWERED = """
SELECT q.dataset_id, coalesce(nullif(a.state->>'understood', ''), q.state->>'question') AS question,
    a.state->>'sql' AS sql, question_id
FROM shown_questions AS q LEFT JOIN answers AS a USING (question_id) WHERE question_id = $1 AND who = $2
"""
_DATASET = "SELECT dataset_id FROM shown_questions WHERE conversation_id = $1 AND who = $2 ORDER BY asked_at LIMIT 1"
_ROWS_SECONDS = 5.0
_STEP_SECONDS = 0.5
_LATE_SECONDS = GRACE.total_seconds() + 6.0
"""Past the deadline until it is told that a question timed out: it has to be looked for on the log too."""


class Question(Body):
    """A question to a dataset."""

    dataset_id: Id
    question: QuestionText
    conversation_id: Id | None = None


class Feedback(Body):
    """A verdict on an answer, or on a question and SQL of one's own."""

    question_id: Id | None = None
    dataset_id: Id | None = None
    question: QuestionText | None = None
    sql: Sql | None = None
    rating: Literal[1, -1]
    corrected_sql: Sql | None = None
    comment: Prose = ""


@router.post("/", responses=tells(200, model=Answer) | tells(202, "Location", model=Waiting))
async def ask(
    body: Question, request: Request, gateway: GatewayPart, account: SignedIn, language: AskedLanguage
) -> Response:
    """Ask a question; with Accept: text/event-stream the steps come as they are made, last the answer.

    A question that has no answer at its deadline has timed out. Only when the log cannot be read, so that an answer may
    be there, it is 202, or the event `waiting`; also when the same request is made again while it still runs.
    """
    asked = await _ask(gateway, account, body)
    return await answer_to(gateway, asked.question_id, request, language)


async def answer_to(gateway: Gateway, question_id: str, request: Request, language: Language) -> Response:
    """The answer to a question that was asked just now, in the form that the request accepts."""
    if "text/event-stream" in request.headers.get("accept", ""):
        return EventSourceResponse(_steps(gateway, question_id, language))
    try:
        found = await _answered(gateway, question_id, gateway.answer_seconds + _LATE_SECONDS)
    except DeadlinePassed:
        later, headers = await waiting(gateway, question_id), {"Location": place_of(question_id)}
        return _json(later, status.HTTP_202_ACCEPTED, headers)
    return _json(found)


def _json(shown: Shown, code: int = status.HTTP_200_OK, headers: dict[str, str] | None = None) -> Response:
    return Response(shown.model_dump_json(), code, headers, media_type="application/json")


async def _ask(gateway: Gateway, account: Account, body: Question) -> QuestionAsked:
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", body.dataset_id, account)
        needs, _ = await needs_of(write.connection, body.dataset_id)
        if body.conversation_id:
            await _check_conversation(write.connection, body, account)
        asked_at = now()
        event = QuestionAsked(
            question_id=new_id(), dataset_id=body.dataset_id, question=body.question.strip(),
            conversation_id=body.conversation_id or new_id(), language=written_in(body.question),
            who=account.account_id, role=account.role, needs=needs, asked_at=asked_at,
            deadline=asked_at + timedelta(seconds=gateway.answer_seconds),
        )  # fmt: skip
        await write.record(event)
        later = Waiting(**event.model_dump(), steps=[])
        await write.answers(status.HTTP_202_ACCEPTED, later, {"location": place_of(event.question_id)})
    return event


def place_of(question_id: str) -> str:
    """Where a question is found with its answer."""
    return f"/api/v1/chat/questions/{question_id}"


async def _check_conversation(connection: Any, body: Question, account: Account) -> None:
    """A conversation is made by a question without one; it is about one dataset, and its owner's alone."""
    dataset_id = await connection.fetchval(_DATASET, body.conversation_id, account.account_id)
    if dataset_id is None:
        raise Problem(404, "no_conversation")
    if dataset_id != body.dataset_id:
        raise Problem(422, "other_dataset", dataset_id=dataset_id)


async def _answered(gateway: Gateway, question_id: str, seconds: float) -> Answer:
    """The answer with its rows; rows that do not come in time are left out."""
    found = await gateway.wait_for("answers", lambda: answer(gateway, question_id), seconds)
    if found.outcome == "answered" and found.rows is None:
        try:
            whole = lambda: answer(gateway, question_id, rows_expected=True)  # noqa: E731
            return await gateway.wait_for("answers", whole, _ROWS_SECONDS)
        except DeadlinePassed:
            return found
    return found


async def _steps(gateway: Gateway, question_id: str, language: Language) -> AsyncIterator[dict[str, Any]]:
    """The steps of a question as they are made, then its answer, or, when that is not known, where it will be."""
    last, ends = 0, time.monotonic() + gateway.answer_seconds + _LATE_SECONDS
    async with gateway.listener.subscribed("answers") as wake:
        while True:
            for step in await steps(gateway, question_id, last):
                last = step.number
                yield {"event": "step", "id": str(last), "data": step.model_dump_json()}
            if await answer(gateway, question_id):
                break
            if time.monotonic() > ends:
                later = dict(await waiting(gateway, question_id))
                place, message = place_of(question_id), text("answer.waiting", language)
                last_words = WaitingElsewhere(**later, location=place, message=message)
                yield {"event": "waiting", "data": last_words.model_dump_json()}
                return
            await wake.wait(_STEP_SECONDS)
    found = await _answered(gateway, question_id, _ROWS_SECONDS)
    yield {"event": "answer", "data": found.model_dump_json()}


@router.get("/questions/{question_id}", dependencies=[After])
async def get_question(question_id: str, gateway: GatewayPart, account: SignedIn) -> Turn:
    """A question with its answer, or as far as it is."""
    mine = "SELECT EXISTS (SELECT FROM shown_questions WHERE question_id = $1 AND who = $2)"
    if not await gateway.pool.fetchval(mine, question_id, account.account_id):
        raise not_found()
    return await answer(gateway, question_id) or await waiting(gateway, question_id)


@router.get("/conversations", dependencies=[After])
async def list_conversations(gateway: GatewayPart, account: SignedIn, paging: Paging) -> Page[ListedConversation]:
    """One's conversations, the newest first."""
    total = await gateway.pool.fetchval(
        "SELECT count(DISTINCT conversation_id) FROM turns WHERE who = $1", account.account_id
    )
    rows = await gateway.pool.fetch(
        "SELECT conversation_id, min(dataset_id) AS dataset_id, count(*) AS questions, max(asked_at) AS last_asked_at, "
        "(array_agg(state->>'question' ORDER BY asked_at))[1] AS first_question FROM turns WHERE who = $1 "
        "GROUP BY conversation_id ORDER BY max(asked_at) DESC LIMIT $2 OFFSET $3",
        account.account_id,
        paging.size,
        paging.offset,
    )
    return paging.of([ListedConversation(**row) for row in rows], total)


@router.get("/conversations/{conversation_id}", dependencies=[After])
async def get_conversation(conversation_id: str, gateway: GatewayPart, account: SignedIn) -> Conversation:
    """The questions of a conversation with their answers, oldest first."""
    rows = await gateway.pool.fetch(
        "SELECT question_id FROM turns WHERE conversation_id = $1 AND who = $2 ORDER BY asked_at LIMIT 200",
        conversation_id,
        account.account_id,
    )
    if not rows:
        raise not_found()
    ids = [row["question_id"] for row in rows]
    turns = [await answer(gateway, found) or await waiting(gateway, found) for found in ids]
    return Conversation(conversation_id=conversation_id, questions=turns)


@router.delete(
    "/conversations/{conversation_id}",
    **NOTHING,
    responses=tells(204, "Espalier-Position"),
)
async def delete_conversation(
    conversation_id: str, gateway: GatewayPart, account: SignedIn, response: Response
) -> None:
    """Show a conversation no longer; what was learned from it stays."""
    async with gateway.writing() as write:
        dataset_id = await write.connection.fetchval(_DATASET, conversation_id, account.account_id)
        if dataset_id is None:
            raise not_found()
        await write.record(
            ConversationDeleted(
                conversation_id=conversation_id, dataset_id=dataset_id, who=account.account_id, deleted_at=now()
            )
        )
    await written(gateway, response, write.event_id)


@router.post("/feedback", status_code=status.HTTP_201_CREATED, responses=tells(201, "Location", "Espalier-Position"))
async def give_feedback(
    body: Feedback, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> ReceivedFeedback:
    """Say that an answer is right, or correct it."""
    if body.rating == 1 and body.corrected_sql:
        raise Problem(422, "praise_with_correction")
    judged = await _judged(gateway, account, body)
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", judged.dataset_id, account, lock=True)
        _, generation = await needs_of(write.connection, judged.dataset_id)
        count = "SELECT coalesce(max(sequence), 0) + 1 FROM feedback WHERE dataset_id = $1"
        event = FeedbackGiven(
            feedback_id=new_id(), sequence=await write.connection.fetchval(count, judged.dataset_id),
            rating=body.rating, corrected_sql=body.corrected_sql, comment=body.comment, generation=generation,
            language=written_in(judged.question), who=account.account_id, given_at=now(), **asdict(judged),
        )  # fmt: skip
        await write.record(event)
        received = ReceivedFeedback(feedback_id=event.feedback_id, message=text("feedback.received", language))
        response.headers["Location"] = f"/api/v1/chat/feedback/{event.feedback_id}"
        await write.answers(status.HTTP_201_CREATED, received, response.headers)
    await written(gateway, response, write.event_id)
    return received


async def _judged(gateway: Gateway, account: Account, body: Feedback) -> Judged:
    answered = None
    if body.question_id:
        row = await gateway.pool.fetchrow(_ANSWERED, body.question_id, account.account_id)
        if row is None:
            raise not_found()
        answered = Judged(**row)
    judged = decide_judged(answered, body.dataset_id, body.question, body.sql, body.corrected_sql)
    if judged is None:
        raise Problem(422, "no_question")
    return judged


@router.get("/feedback/{feedback_id}", dependencies=[After])
async def get_feedback(
    feedback_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage
) -> FeedbackState:
    """What became of a verdict: received, accepted, learned, rejected, held, dropped or reverted, and why.

    What is `learned` counts at once. As long as it is `measuring`, what it does to verified questions is being looked
    at, and it is held if it does harm.
    """
    row = await feedback_of(gateway.pool, feedback_id, account.account_id)
    if row is None:
        raise not_found()
    reviewed = row["reviewed"] or {"reasons": [], "training_id": None, "supersedes": []}
    return FeedbackState(
        feedback_id=feedback_id,
        status=status_of_feedback(row),
        reasons=tuple(problem_in(reason, language, OF_FEEDBACK) for reason in reviewed["reasons"]),
        training_id=reviewed["training_id"],
        supersedes=reviewed["supersedes"],
        question=row["given"]["question"],
        rating=row["given"]["rating"],
        measuring=is_being_measured(row),
        change=evidence(row["measured"]) if row["measured"] else None,
    )
