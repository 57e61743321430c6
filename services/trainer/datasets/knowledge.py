"""Stage 3, 40 to 80: learns business terms, an overview of each table, and how the tables relate."""

from libs.datasources.dialect import dialect_of
from libs.datasources.errors import RefusedByGate
from libs.knowledge.expression import unknown_names
from libs.knowledge.terms import Term
from libs.language.catalogue import text
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
    await _tell_of_broken(learner, prepared)
    known = await learner.known()
    stale = stale_items(known, planned, ("term", "document", "relation"), prepared.scope)
    await learner.learn(KNOWLEDGE, planned, stale)


async def _tell_of_broken(learner: Learner, prepared: Prepared) -> None:
    """A term whose column was dropped makes questions fail; whoever wrote it down is told."""
    if prepared.scope is not None:
        return  # Not all tables were looked at.
    for term in prepared.terms:
        if names := _missing(term, prepared):
            told = text("trainer.term_broken", learner.language, term=term.term, names=", ".join(names))
            await learner.attempt.checkpoint(level="WARNING", message=told)


def _missing(term: Term, prepared: Prepared) -> list[str]:
    tables = {table.name: table.column_names for table in prepared.tables}
    try:
        return unknown_names(term.sql_expression, dialect_of(prepared.kind), tables) if term.sql_expression else []
    except RefusedByGate:
        return []  # It passed when it was written down; the gate will tell whoever uses it.
