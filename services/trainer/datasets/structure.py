"""Stage 2, 10 to 40: learns the structure of each table."""

from services.trainer.datasets.learn import Learner, stale_items
from services.trainer.datasets.plan import ddl_item
from services.trainer.datasets.prepare import Prepared
from services.trainer.datasets.stages import STRUCTURE


async def learn_structure(learner: Learner, prepared: Prepared) -> None:
    """Do the stage; the former structure of a table that changed is forgotten."""
    planned = [ddl_item(table) for table in prepared.tables]
    stale = stale_items(await learner.known(), planned, ("ddl",), prepared.scope)
    await learner.learn(STRUCTURE, planned, stale)
