"""Learns what people gave: the corrected pair of a feedback, or the pairs of an imported file; or takes it back.

Pairs are learned whether the dataset knows them or not, because learning a pair again is what makes it count again.
"""

from libs.events.catalog import TrainingRequested
from libs.language.catalogue import text
from services.trainer.datasets.learn import Learner
from services.trainer.datasets.stages import GIVEN
from services.trainer.embeddings import Embeddings


def is_urgent(request: TrainingRequested) -> bool:
    """Whether somebody who said what is right waits for it; a file takes its time."""
    return request.is_lesson and request.source == "feedback"


def begin_embedding(embeddings: Embeddings, request: TrainingRequested) -> None:
    """Begin with the texts that are learned first, while the training has still to be recorded, claimed and begun."""
    texts = [item.text for item in request.items[: embeddings.embedder.batch]]
    if texts and is_urgent(request):
        embeddings.begin(texts)


async def learn_given(learner: Learner, request: TrainingRequested) -> None:
    """Take back and learn what the request names, which ends the training; goes on after what it learned before it was
    stopped."""
    attempt, total = learner.attempt, len(request.items)
    learned = attempt.state.items_learned
    if request.forgets and not learned:  # First, because what comes back stands behind what a person said since.
        await attempt.checkpoint(forgotten=request.forgets)
    await learner.take(GIVEN, request.items[learned:], learned, total)
    key = "trainer.given_learned"
    if request.forgets:
        key, total = "trainer.taken_back", len(request.forgets)
    elif request.source == "feedback":
        key = "trainer.feedback_learned"
    attempt.move(GIVEN.number, GIVEN.ends, text(key, request.language, count=total))
    await attempt.checkpoint(ends=True)
