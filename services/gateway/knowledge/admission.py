"""Which given pairs a dataset may learn: those whose SQL passes the gate and names only columns that there are."""

from collections.abc import Collection, Mapping, Sequence

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import admit
from libs.events.catalog import LearnedItem
from libs.knowledge.items import pair_id
from services.gateway.files.lines import WrongLine, check_given
from services.gateway.knowledge.columns import unknown_columns
from services.gateway.knowledge.pairs import PairLine

_LONGEST = 20_000


def admitted(
    pairs: Sequence[PairLine], dialect: Dialect, tables: Mapping[str, Collection[str]]
) -> tuple[list[LearnedItem], list[WrongLine]]:
    """The pairs as items to be learned, and the lines whose SQL cannot be learned. Hundreds of pairs take seconds.

    `tables` are the names of the dataset's tables with the names of their columns.

    Their origin is `feedback`: a person says that this SQL answers this question, exactly as with a correction. So a
    pair supersedes what was learned for its question before, generated examples as well as older corrections; a later
    correction supersedes it; and a training of the database neither takes it back nor forgets it as out of date, which
    it does with pairs of the origin `training`.
    """
    items: list[LearnedItem] = []
    wrong: list[WrongLine] = []
    for pair in pairs:
        if wrong_text := check_given(pair.line, "sql", pair.sql, _LONGEST):
            wrong += wrong_text
            continue
        try:
            read = admit(pair.sql, dialect, tables=tables).tables
        except RefusedByGate as error:
            wrong.append(WrongLine(pair.line, "sql", "sql", {"why": error.why}))
            continue
        if unknown := unknown_columns(pair.sql, dialect, tables):
            wrong.append(WrongLine(pair.line, "sql", "unknown", {"names": ", ".join(unknown)}))
            continue
        items.append(
            LearnedItem(
                item_id=pair_id(pair.question, pair.sql), kind="pair", text=pair.question, question=pair.question,
                sql=pair.sql, tables=read, origin="feedback",
            )
        )  # fmt: skip
    return items, wrong
