"""Learns what people gave: the corrected pair of a feedback, or the pairs of an imported file; or takes it back.

A correction is learned whether the dataset knows it or not, because that is what makes it count again, and a person's
word. Of a file what counts already stays as it is, examples of a training too: what was exported and comes back changes
nothing.
"""

from libs.events.catalog import TrainingRequested
from libs.language.catalogue import text
from services.trainer.datasets.learn import Learner
from services.trainer.datasets.stages import GIVEN
from services.trainer.embeddings import Embeddings


def begin_embedding(embeddings: Embeddings, request: TrainingRequested) -> None:
    """Begin with the texts that are learned first, while the training has still to be recorded, claimed and begun."""
    texts = [item.text for item in request.items[: embeddings.embedder.batch]]
    if texts and request.is_urgent:
        embeddings.begin(texts)


async def learn_given(learner: Learner, request: TrainingRequested) -> None:
    """Take back and learn what the request names, which ends the training; goes on after what it learned before it was
    stopped."""
    attempt, total = learner.attempt, len(request.items)
    learned = attempt.state.items_learned
    if request.forgets and not learned:  # First, because what comes back stands behind what a person said since.
        await attempt.checkpoint(forgotten=request.forgets)
    if request.source == "feedback":
        items = request.items[learned:]
    else:
        items = tuple(learner.fresh(request.items, await learner.counting(request.items)))
    await learner.take(GIVEN, items, total - len(items), total)
    attempt.move(GIVEN.number, GIVEN.ends, _message(request, learner.skipped))
    await attempt.checkpoint(ends=True)


def _message(request: TrainingRequested, skipped: int) -> str:
    if request.forgets:
        return text("trainer.taken_back", request.language, count=len(request.forgets))
    if request.source == "feedback":
        return text("trainer.feedback_learned", request.language, count=len(request.items))
    return text("trainer.given_learned", request.language, count=len(request.items) - skipped, known=skipped)
