"""Tells whoever corrected something why that is held, or what it differs from."""

from collections.abc import Sequence

from libs.events.catalog import Checked, FeedbackReviewed, Language, Problem
from libs.language.catalogue import text
from libs.runtime.clock import now
from services.feedback.learning.decider import gains, losses


def held_because(
    review: FeedbackReviewed, language: Language, results: tuple[Checked, ...], contradicts: tuple[Checked, ...]
) -> FeedbackReviewed:
    """The review of a correction that is held for what it contradicts, or what it made worse."""
    if contradicts:
        code, detail = "contradicts", text("feedback.contradicts", language, question=contradicts[0].question)
    else:
        lost, gained = losses(results), gains(results)
        code, counts = "made_worse", {"lost": len(lost), "gained": len(gained), "question": lost[0].question}
        detail = text("feedback.made_worse", language, **counts)
    reason = Problem(code=code, detail=detail, hint=text("feedback.held.hint", language))
    new = {"version": review.version + 1, "verdict": "held", "reasons": (reason,), "reviewed_at": now()}
    return review.model_copy(update=new)


def noted(review: FeedbackReviewed, language: Language, terms: Sequence[str]) -> FeedbackReviewed:
    """It counts, for corrections are there to correct; but whoever mistook the question sees what it differs from."""
    detail = text("feedback.differs_from_term", language, terms=", ".join(terms))
    reason = Problem(code="differs_from_term", detail=detail, hint=text("feedback.differs_from_term.hint", language))
    new = {"version": review.version + 1, "reasons": (*review.reasons, reason), "reviewed_at": now()}
    return review.model_copy(update=new)
