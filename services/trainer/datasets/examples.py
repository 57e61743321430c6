"""Stage 4, 80 to 100: tries example questions on the database and learns those whose SQL gives something."""

from libs.datasources.dialect import dialect_of
from libs.datasources.errors import CannotReach, DataSourceError, NotAllowed, QueryFailed, RefusedByGate, TookTooLong
from libs.datasources.gate import Admitted, admit
from libs.datasources.open import Limits
from libs.datasources.run import Rows, run
from libs.language.catalogue import text
from services.trainer.datasets.learn import Learner, stale_items
from services.trainer.datasets.prepare import Prepared
from services.trainer.datasets.questions import Example, examples
from services.trainer.datasets.stages import EXAMPLES

_LIMITS = Limits(rows=20, bytes=100_000, seconds=10.0)
_MAYBE_ITS_OWN_FAULT: tuple[type[DataSourceError], ...] = (QueryFailed, TookTooLong, NotAllowed)


async def learn_examples(learner: Learner, prepared: Prepared) -> None:
    """Do the stage, which ends the training; raises `DataSourceError` when the database is gone."""
    quote = prepared.engine.dialect.identifier_preparer.quote
    tried = examples(prepared.tables, prepared.relations, quote, prepared.terms)
    known = await learner.known()
    planned = [item for example in tried for item in example.items]
    lost: set[str] = set()
    done = 0
    for example in tried:
        fresh = learner.fresh(example.items, known)
        if fresh and lost.isdisjoint(example.tables):
            gives, unreadable = await learner.attempt.attend(_try(prepared, example))
            for table, error in unreadable.items():
                reason = error.detail(learner.language)
                told = text("trainer.table_lost", learner.language, table=table, reason=reason)
                await learner.attempt.checkpoint(level="WARNING", message=told)
            lost.update(unreadable)
            if gives:
                await learner.take(EXAMPLES, fresh, done, len(planned))
        done += len(example.items)
    await learner.close(EXAMPLES, len(planned), stale_items(known, planned, ("pair",), prepared.scope))


async def _try(prepared: Prepared, example: Example) -> tuple[bool, dict[str, DataSourceError]]:
    """Whether its SQL gives something, and those of its tables that cannot be read any more."""
    try:
        admitted = _admitted(prepared, example, example.sql)
    except RefusedByGate:
        return False, {}
    try:
        found = await _run(prepared, admitted)
    except _MAYBE_ITS_OWN_FAULT:
        return False, await _unreadable(prepared, example)
    return any(value is not None for row in found.rows for value in row), {}


async def _run(prepared: Prepared, admitted: Admitted) -> Rows:
    """Run it; once more when its connection breaks, which need not mean that the database is gone."""
    try:
        return await run(prepared.engine, admitted, _LIMITS)
    except CannotReach:
        return await run(prepared.engine, admitted, _LIMITS)


async def _unreadable(prepared: Prepared, example: Example) -> dict[str, DataSourceError]:
    """Why an example failed: asks the database, then each table, for what fails only if nothing can be had of them."""
    await run(prepared.engine, _admitted(prepared, example, "SELECT 1"), _LIMITS)
    quote = prepared.engine.dialect.identifier_preparer.quote
    found: dict[str, DataSourceError] = {}
    for table in dict.fromkeys(example.tables):
        try:
            await run(prepared.engine, _admitted(prepared, example, f"SELECT 1 FROM {quote(table)} LIMIT 1"), _LIMITS)
        except _MAYBE_ITS_OWN_FAULT as error:
            found[table] = error
    return found


def _admitted(prepared: Prepared, example: Example, sql: str) -> Admitted:
    tables = {table.name: table.column_names for table in prepared.tables if table.name in example.tables}
    return admit(sql, dialect_of(prepared.kind), tables=tables, limit=_LIMITS.rows)
