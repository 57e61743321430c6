"""The checkpoint handler: records what is wanted of a training, wakes whoever works on it, or does it at once."""

from libs.events.projection import Batch
from libs.events.transaction import Transaction
from libs.leases.claim import withdraw
from libs.runtime.clock import now
from services.trainer.runs import store
from services.trainer.runs.decider import Obey, decide
from services.trainer.runs.handlers import kind_of_work, offer_work, say

CHANNEL = "control"
"""Notified with the id of a training when something new is wanted of it."""


async def obey(transaction: Transaction, batch: Batch) -> None:
    """Wake the worker of each training; where there is none, do what is wanted."""
    connection = transaction.connection
    for received in batch:
        state = await store.load(connection, received.event.training_id, lock=True)
        if state is None or state.wish_sequence <= state.answered:
            continue
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, state.training_id)
        nobody = state.wish == "go" or await withdraw(connection, kind_of_work(state), state.training_id)
        if nobody and (events := decide(state, Obey(), now())):
            await offer_work(transaction, await say(transaction, state, events, received))
