"""The amount of what a table holds: `total_amt` of bookings, `net_amount` of invoices."""

from services.query.composer.language.abbreviations import written_out
from services.query.composer.language.words import keys
from services.query.knowledge.schema import Column, Table


def amount_of(table: Table) -> Column | None:
    """The one column of amounts; None where there is none, or several may be meant."""
    found = [column for column in table.columns if column.is_number and _says_amount(column)]
    return found[0] if len(found) == 1 else None


def _says_amount(column: Column) -> bool:
    return written_out(keys(column.name))[-1:] == ("amount",) or (column.comment or "").endswith("金额")
