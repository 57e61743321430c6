"""Which given pairs a dataset may learn: those whose SQL passes the gate with the dataset's tables."""

from collections.abc import Collection, Mapping, Sequence

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import admit
from libs.events.catalog import LearnedItem
from libs.knowledge.items import pair_id
from services.gateway.files.lines import WrongLine
from services.gateway.knowledge.pairs import PairLine


def admitted(
    pairs: Sequence[PairLine], dialect: Dialect, tables: Mapping[str, Collection[str]]
) -> tuple[list[LearnedItem], list[WrongLine]]:
    """The pairs as items to be learned, and the lines that the gate refuses. Hundreds of pairs take seconds.

    `tables` are the names of the dataset's tables with the names of their columns.

    Their origin is `feedback`: a person says that this SQL answers this question, exactly as with a correction. So a
    pair supersedes what was learned for its question before, generated examples as well as older corrections; a later
    correction supersedes it; and a training of the database neither takes it back nor forgets it as out of date, which
    it does with pairs of the origin `training`.
    """
    items: list[LearnedItem] = []
    wrong: list[WrongLine] = []
    for pair in pairs:
        try:
            read = admit(pair.sql, dialect, tables=tables).tables
        except RefusedByGate as error:
            wrong.append(WrongLine(pair.line, "sql", "sql", {"why": error.why}))
            continue
        items.append(
            LearnedItem(
                item_id=pair_id(pair.question, pair.sql), kind="pair", text=pair.question, question=pair.question,
                sql=pair.sql, tables=read, origin="feedback",
            )
        )  # fmt: skip
    return items, wrong
