"""Stage 4, 80 to 100: tries example questions on the database and learns those whose SQL gives something."""

from libs.datasources.dialect import Dialect, dialect_of
from libs.datasources.errors import DataSourceError, NotAllowed, QueryFailed, RefusedByGate, TookTooLong
from libs.datasources.gate import admit
from libs.datasources.open import Limits
from libs.datasources.run import run
from services.trainer.datasets.learn import Learner, stale_items
from services.trainer.datasets.prepare import Prepared
from services.trainer.datasets.questions import Example, examples
from services.trainer.datasets.stages import EXAMPLES

_LIMITS = Limits(rows=20, bytes=100_000, seconds=10.0)
_ITS_OWN_FAULT: tuple[type[DataSourceError], ...] = (QueryFailed, TookTooLong, RefusedByGate, NotAllowed)


async def learn_examples(learner: Learner, prepared: Prepared) -> None:
    """Do the stage, which ends the training; raises `DataSourceError` when the database is gone."""
    dialect = dialect_of(prepared.kind)
    tried = examples(prepared.tables, prepared.relations, prepared.engine.dialect.identifier_preparer.quote)
    known = await learner.known()
    planned = [item for example in tried for item in example.items]
    done = 0
    for example in tried:
        fresh = [item for item in example.items if item.item_id not in known]
        learner.skipped += len(example.items) - len(fresh)
        gives = bool(fresh)
        if fresh:
            gives = await learner.attempt.attend(_gives_something(prepared, example, dialect))
        if gives:
            await learner.take(EXAMPLES, fresh, done, len(planned))
        done += len(example.items)
    await learner.close(EXAMPLES, len(planned), stale_items(known, planned, ("pair",), prepared.scope))


async def _gives_something(prepared: Prepared, example: Example, dialect: Dialect) -> bool:
    tables = {table.name: table.column_names for table in prepared.tables if table.name in example.tables}
    try:
        admitted = admit(example.sql, dialect, tables=tables, limit=_LIMITS.rows)
        found = await run(prepared.engine, admitted, _LIMITS)
    except _ITS_OWN_FAULT:
        return False
    return any(value is not None for row in found.rows for value in row)
