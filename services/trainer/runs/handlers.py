"""Keeps trainings up to date, starts those that are asked for, and says where they stand."""

from collections.abc import Iterable

from libs.events.catalog import CheckpointReached, Event
from libs.events.envelope import Received
from libs.events.projection import Batch, Handlers
from libs.events.transaction import Transaction
from libs.leases.claim import offer
from libs.postgres.pool import Connection
from libs.runtime.clock import now
from libs.runtime.telemetry import checkpoint_reached
from services.trainer.runs import store
from services.trainer.runs.decider import Start, State, decide, evolve
from services.trainer.runs.learned import keep_learned

TRAINING, LESSON = "training", "lesson"
"""Kinds of work: a training of a database, and one that learns or takes back given items (feedback, import), which does
not wait for it."""


async def keep_checkpoints(connection: Connection, batch: Batch) -> None:
    """How far trainings are and what they learned; a checkpoint that is known already changes nothing."""
    await keep_learned(connection, await store.keep_news(connection, batch))


async def start_trainings(transaction: Transaction, batch: Batch) -> None:
    """Say that trainings are there, but for quick ones, and offer them to be worked on."""
    for received in batch:
        state = await store.load(transaction.connection, received.event.training_id, lock=True)
        cause = await store.cause(transaction.connection, state) if state else None
        # Asked for once more under another event id, it is the training that is known already.
        if state is None or cause is None or cause.event_id != received.event_id:
            continue
        state = await say(transaction, state, decide(state, Start(), now()), received)
        await offer_work(transaction, state)


async def say(
    transaction: Transaction, state: State, events: Iterable[Event], caused_by: Received[Event] | None
) -> State:
    """Publish what was decided for a training and bring our own read models up to it; gives its new state."""
    for event in events:
        if isinstance(event, CheckpointReached):
            await OWN.apply_own(transaction, event, caused_by=caused_by, index=event.sequence)
            checkpoint_reached(event.status)
            state = evolve(state, event)
        else:
            transaction.publish(event, caused_by=caused_by, index=state.sequence)
    return state


async def offer_work(transaction: Transaction, state: State) -> None:
    """Offer the training to the workers, if it is one to be worked on.

    Of a dataset one at a time, and the people who asked for trainings in turns.
    """
    if state.offered:
        who = state.requested.who if state.requested else None
        await offer(
            transaction.connection,
            kind_of_work(state),
            state.training_id,
            group_key=state.dataset_id,
            turn_key=who or None,
        )


def kind_of_work(state: State) -> str:
    """Which workers work on the training."""
    return LESSON if state.requested and state.requested.is_lesson else TRAINING


OWN = Handlers(project={CheckpointReached: keep_checkpoints})
"""How our own checkpoints are projected, in the transaction that makes them."""
