"""Stage 3, 40 to 80: learns business terms, an overview of each table, and how the tables relate."""

from services.trainer.datasets.learn import Learner, stale_items
from services.trainer.datasets.plan import document_item, relation_item, term_item
from services.trainer.datasets.prepare import Prepared
from services.trainer.datasets.stages import KNOWLEDGE


async def learn_knowledge(learner: Learner, prepared: Prepared) -> None:
    """Do the stage; terms, overviews and relations that changed or are gone are forgotten."""
    planned = [
        *(term_item(term) for term in prepared.terms),
        *(document_item(table, prepared.relations) for table in prepared.tables),
        *(relation_item(edge) for edge in prepared.relations),
    ]
    known = await learner.known()
    stale = stale_items(known, planned, ("term", "document", "relation"), prepared.scope)
    await learner.learn(KNOWLEDGE, planned, stale)
