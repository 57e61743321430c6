"""What of a dataset's knowledge is kept from somebody to whom a row policy shows only some rows."""

from dataclasses import replace
from functools import lru_cache

from sqlglot import exp

from libs.datasources.dialect import Dialect, dialect_of
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse
from libs.datasources.policy import Filters
from libs.events.catalog import TableDescription
from services.query.knowledge.recall import Knowledge

_LITERALS = (
    exp.BitString,
    exp.ByteString,
    exp.HexString,
    exp.Literal,
    exp.National,
    exp.RawString,
    exp.UnicodeString,
)
_COUNTS = (exp.Limit, exp.Offset)


def without_values(known: Knowledge, filters: Filters) -> Knowledge:
    """`known` without what was read from all rows of the tables in `filters`: their values and the number of rows.

    They would come back as choices, in a prompt, or as what a word is taken for, which secret pairs teach no more.
    """
    names = known.table_names.intersection(filters)
    if not names:
        return known
    if names not in known.withheld:
        tables = tuple(_bare(table) if table.name in names else table for table in known.tables)
        bare = replace(known, tables=tables, restricted=names)
        taught = tuple(pair for pair in known.taught if not is_secret(pair.sql, bare))
        known.withheld[names] = replace(bare, taught=taught)
    return known.withheld[names]


def is_secret(sql: str, known: Knowledge) -> bool:
    """Whether a verified pair with this SQL may hold a value of rows that whoever asks may not see.

    Its question says the same value, as a rule, so it is as secret.
    """
    dialect = dialect_of(known.database.settings.kind)
    return bool(known.restricted) and _compares_rows(sql, dialect, known.restricted)


@lru_cache(maxsize=5_000)
def _compares_rows(sql: str, dialect: Dialect, tables: frozenset[str]) -> bool:
    """Whether it reads one of `tables` and has a literal that does not only count rows, or cannot be read."""
    try:
        tree = parse(sql, dialect)
    except RefusedByGate:
        return True
    named = {table.name.lower() for table in tree.find_all(exp.Table)}
    literals = tree.find_all(*_LITERALS)
    return not named.isdisjoint(map(str.lower, tables)) and any(
        not isinstance(literal.parent, _COUNTS) for literal in literals
    )


def _bare(table: TableDescription) -> TableDescription:
    columns = tuple(column.model_copy(update={"values": ()}) for column in table.columns)
    return table.model_copy(update={"columns": columns, "row_estimate": None})
