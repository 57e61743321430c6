"""What of a dataset's knowledge is kept from somebody to whom a row policy shows only some rows."""

from dataclasses import replace

from libs.datasources.policy import Filters
from libs.events.catalog import TableDescription
from services.query.knowledge.recall import Knowledge


def without_values(known: Knowledge, filters: Filters) -> Knowledge:
    """`known` without the values and the number of rows of the tables in `filters`.

    They were read from all rows, and would come back as choices, in a prompt, or as what a word is taken for.
    """
    names = known.table_names.intersection(filters)
    if not names:
        return known
    if names not in known.withheld:
        tables = tuple(_bare(table) if table.name in names else table for table in known.tables)
        known.withheld[names] = replace(known, tables=tables)
    return known.withheld[names]


def _bare(table: TableDescription) -> TableDescription:
    columns = tuple(column.model_copy(update={"values": ()}) for column in table.columns)
    return table.model_copy(update={"columns": columns, "row_estimate": None})
