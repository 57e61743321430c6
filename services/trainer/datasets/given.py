"""Learns what people gave: the corrected pair of a feedback, or the pairs of an imported file.

They are learned whether the dataset knows them or not, because learning a pair again is what makes it count again.
"""

from libs.events.catalog import TrainingRequested
from libs.language.catalogue import text
from services.trainer.datasets.learn import Learner
from services.trainer.datasets.stages import GIVEN


async def learn_given(learner: Learner, request: TrainingRequested) -> None:
    """Learn the request's items, which ends the training; goes on after those that it learned before it was stopped."""
    attempt, total = learner.attempt, len(request.items)
    learned = attempt.state.items_learned
    await learner.take(GIVEN, request.items[learned:], learned, total)
    key = "trainer.feedback_learned" if request.source == "feedback" else "trainer.given_learned"
    attempt.move(GIVEN.number, GIVEN.ends, text(key, request.language, count=total))
    await attempt.checkpoint(ends=True)
