"""/api/v1: how learning went, and what a person decides about what was learned or held."""

from typing import Any, Literal

from fastapi import APIRouter, Response, status

from libs.events.catalog import LearningDecided
from libs.language.catalogue import Language, text
from libs.runtime.clock import now
from services.gateway.accounts.store import Account
from services.gateway.api.context import After, AskedLanguage, GatewayPart, Paging, SignedIn, owned, written
from services.gateway.api.problems import Problem, not_found
from services.gateway.api.tells import tells
from services.gateway.gateway import Gateway
from services.gateway.learning.decider import Decision, Refused, Standing, UnderWay, decide_learning
from services.gateway.learning.read import (
    curve,
    feedback_of,
    score_now,
    standing_of_feedback,
    standing_of_training,
    training_of,
)
from services.gateway.learning.shown import LearningCurve
from services.gateway.shown import Said

router = APIRouter(tags=["learning"])

_ACCEPTED = status.HTTP_202_ACCEPTED


@router.get("/datasets/{dataset_id}/learning", dependencies=[After])
async def get_learning(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, paging: Paging, language: AskedLanguage
) -> LearningCurve:
    """The score on verified questions over time, newest first: what each training and correction gained and lost.

    Each verified question is asked without its own pair: in its own words it is answered right anyhow, and what counts
    is what the rest of the knowledge makes of it.
    """
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    points, total = await curve(gateway.pool, dataset_id, paging.size, paging.offset)
    score = await score_now(gateway.pool, dataset_id)
    explanation = text("learning.explanation", language, **dict(score))
    return LearningCurve(**dict(score), **dict(paging.of(points, total)), explanation=explanation)


@router.post(
    "/chat/feedback/{feedback_id}/{decision}", status_code=_ACCEPTED, responses=tells(202, "Espalier-Position")
)
async def decide_feedback(
    feedback_id: str,
    decision: Decision,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    response: Response,
) -> Said:
    """Learn what is held after all, give it up, or take back what was learned: what it replaced comes back."""
    row = await feedback_of(gateway.pool, feedback_id, account.account_id)
    if row is None:
        raise not_found()

    async def standing(connection: Any) -> Standing:
        return standing_of_feedback(await feedback_of(connection, feedback_id, account.account_id))

    return await _decide(gateway, account, row["dataset_id"], feedback_id, decision, standing, language, response)


@router.post(
    "/datasets/{dataset_id}/learning/{training_id}/{decision}", status_code=_ACCEPTED,
    responses=tells(202, "Espalier-Position"),
)  # fmt: skip
async def decide_training(
    dataset_id: str,
    training_id: str,
    decision: Literal["accept", "drop"],
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    response: Response,
) -> Said:
    """Learn after all the pairs of a training or an import that are held, or give them up."""

    async def standing(connection: Any) -> Standing:
        row = await training_of(connection, dataset_id, training_id)
        if row is None:
            raise not_found()
        return standing_of_training(row)

    return await _decide(gateway, account, dataset_id, training_id, decision, standing, language, response)


async def _decide(
    gateway: Gateway,
    account: Account,
    dataset_id: str,
    subject_id: str,
    decision: Decision,
    standing: Any,
    language: Language,
    response: Response,
) -> Said:
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        decided = decide_learning(await standing(write.connection), decision)
        if isinstance(decided, Refused):
            raise Problem(409, f"not_{decision}", state=text(f"feedback.status.{decided.status}", language))
        if not isinstance(decided, UnderWay):
            await write.record(
                LearningDecided(
                    subject_id=subject_id,
                    dataset_id=dataset_id,
                    decision_sequence=decided.decision_sequence,
                    decision=decision,
                    language=language,
                    who=account.account_id,
                    decided_at=now(),
                )
            )
        said = Said(message=text(f"feedback.{decision}_requested", language))
        await write.answers(_ACCEPTED, said, response.headers)
    await written(gateway, response, write.event_id)
    return said
