"""Has a model put the insight of an answer better, where it may see the rows and keeps to them."""

import time
from dataclasses import replace

from libs.events.catalog import QuestionAsked
from services.query.answers.improve import improvement_prompt, is_insight
from services.query.model.client import Model, ModelUnavailable
from services.query.model.tokens import tokens_of
from services.query.questions.answered import shape_of_rows
from services.query.questions.conclusion import Conclusion
from services.query.questions.database import Database, Ran
from services.query.reasoning.response import Nonsense, read

_SHARE = 0.2
"""Of the time that is left; more is not worth waiting for."""
_LEAST_SECONDS = 0.5


async def improved(
    conclusion: Conclusion, ran: Ran, asked: QuestionAsked, database: Database, model: Model | None, ends: float
) -> Conclusion:
    """`conclusion`, which `ran` gave, with the model's insight; as it was when there is none that can be used.

    Nobody reads the insight of a check.
    """
    seconds = (ends - time.monotonic()) * _SHARE
    asks = model is not None and asked.purpose == "ask" and seconds >= _LEAST_SECONDS
    if model is None or not asks or not ran.rows.rows or not database.may_be_shown(ran.admitted):
        return conclusion
    shape = shape_of_rows(ran)
    system, user = improvement_prompt(asked.question, shape, conclusion.insight, asked.language)
    if tokens_of(system) + tokens_of(user) > model.prompt_tokens:
        return conclusion
    try:
        said = " ".join((await model.ask(system, user, seconds)).split())
    except ModelUnavailable:
        return conclusion
    # It may write SQL all the same, ask back, or give up.
    taken = isinstance(read(said), Nonsense) and is_insight(shape, said, asked.language)
    return replace(conclusion, insight=said) if taken else conclusion
