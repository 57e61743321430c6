"""Reads values that are kinds of things: `how many rabbits`, where one table has the kinds and another the animals."""

from services.query.composer.linking.names import name_column
from services.query.composer.queries.plan import Place
from services.query.composer.reading.reading import Reading
from services.query.knowledge.schema import Table


def rows_of_kind(reading: Reading) -> str | None:
    """The table whose rows are of a kind that a condition names; unclear where several are, or the kind is a thing."""
    schema = reading.schema
    for condition in reading.plan.conditions:
        kind = condition.table
        named = (
            condition.place is not None and condition.comparison == "=" and _tells_rows_apart(reading, condition.place)
        )
        pointing = {relation.source for relation in schema.relations if relation.target == kind} - {kind}
        if named and pointing:
            reading.unclear |= len(pointing) > 1 or not _is_list_of_names(schema.table(kind))
            return pointing.pop() if len(pointing) == 1 else None
    return None


def _tells_rows_apart(reading: Reading, place: Place) -> bool:
    """Whether it is the name of its rows, in any language; where none is called so, any text may be."""
    table = reading.schema.table(place.table)
    name, known = name_column(table), reading.known(place)
    if name is None and (known.is_number or 0 < len(known.values) < (table.row_estimate or 0)):
        return False  # 冷藏车: so many vehicles are of that kind
    named = name is None or place.column.lower().startswith(name.name.lower())  # label_zh, beside label
    return reading.key(place.table) is not None and named


def _is_list_of_names(table: Table) -> bool:
    """Whether nothing is kept of its rows but what they are called."""
    told = [column for column in table.columns if not column.primary_key]
    return not any(column.is_number or column.holds_dates or column.foreign_key for column in told)
