"""Two small services that stand in a row, for tests that kill them: {consume -> state -> outbox} twice.

`python -m tests.faults.pipeline first|second`; PIPELINE_POSTGRES, PIPELINE_KAFKA and PIPELINE_PREFIX say where.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from libs.events.broker import make_broker
from libs.events.catalog import FeedbackGiven, FeedbackReviewed
from libs.events.consume import Consumer
from libs.events.projection import Batch, Handlers
from libs.events.relay import Relay
from libs.events.schemas import CORE, READ
from libs.events.transaction import Transaction
from libs.postgres.listen import Listener
from libs.postgres.pool import Connection, open_pool
from libs.postgres.schema import Schemas, migrate

_LIBS = Path(__file__).parents[2] / "libs"
_COUNTS = Path(__file__).parent / "pipeline.sql"
SCHEMAS = Schemas(core=CORE, read=(*READ, _COUNTS))

_ADD = """
INSERT INTO counts AS c (dataset_id, events, sequences)
SELECT id, count(*), sum(sequence) FROM unnest($1::text[], $2::bigint[]) AS t(id, sequence) GROUP BY id
ON CONFLICT (dataset_id) DO UPDATE
SET events = c.events + excluded.events, sequences = c.sequences + excluded.sequences
"""


async def count(connection: Connection, batch: Batch) -> None:
    """Count events and add up their sequences: any event lost or counted twice shows."""
    await connection.execute(
        _ADD, [received.event.dataset_id for received in batch], [received.event.sequence for received in batch]
    )


async def review(transaction: Transaction, batch: Batch) -> None:
    """One output for each input."""
    for received in batch:
        given = received.event
        transaction.publish(
            FeedbackReviewed(
                feedback_id=given.feedback_id,
                dataset_id=given.dataset_id,
                sequence=given.sequence,
                verdict="accepted",
                reviewed_at=given.given_at,
            ),
            caused_by=received,
        )


HANDLERS = {
    "first": Handlers(project={FeedbackGiven: count}, react={FeedbackGiven: review}),
    "second": Handlers(project={FeedbackReviewed: count}),
}


async def main(stage: str) -> None:
    """Run one of the two until SIGTERM."""
    kafka, prefix = os.environ["PIPELINE_KAFKA"], os.environ["PIPELINE_PREFIX"]
    postgres = f"{os.environ['PIPELINE_POSTGRES']}"
    pool = await open_pool(postgres, name=stage)
    await migrate(pool, SCHEMAS)
    listener = Listener(postgres)
    broker = make_broker(kafka, stage)
    consumer = Consumer(broker, pool, stage, HANDLERS[stage], prefix, instance=stage)
    relay = Relay(pool, listener, kafka, prefix)
    await broker.connect()
    tasks = [asyncio.create_task(consumer.run()), asyncio.create_task(relay.run())]
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: [task.cancel() for task in tasks])
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
