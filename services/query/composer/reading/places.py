"""What is known of the tables and columns that a question may speak of: names and keys of rows, numbers and times."""

from services.query.composer.language.words import keys
from services.query.composer.linking.names import label_column, name_column
from services.query.composer.queries.plan import Place
from services.query.knowledge.schema import Column, Schema

_WIDEST = 12


class Places:
    """The tables and columns of a database."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def label(self, table: str) -> Place:
        """The column that people know a row of `table` by."""
        return Place(table, label_column(self.schema.table(table)).name)

    def names(self, table: str) -> list[Place]:
        """The columns that make the name of a row: the first and the last name where they are kept apart."""
        known = self.schema.table(table)
        own = name_column(known)
        found = {keys(column.name)[-2:]: column.name for column in known.columns}
        both = [found[part] for part in (("first", "name"), ("last", "name")) if part in found]
        if len(both) == 2 and (own is None or own.name in both):
            return [Place(table, name) for name in both]
        return [self.label(table)]

    def key(self, table: str) -> Place | None:
        """The column that tells the rows of `table` apart."""
        key = self.schema.table(table).primary_key
        return Place(table, key.name) if key else None

    def row(self, table: str) -> list[Place]:
        """What is shown of a row: its name, or all of it where it has none."""
        known = self.schema.table(table)
        if name_column(known) is None and len(self.names(table)) < 2:
            return [Place(table, column.name) for column in known.columns[:_WIDEST]]
        return self.names(table)

    def known(self, place: Place) -> Column:
        """What is known of a column."""
        found = self.schema.table(place.table).column(place.column)
        if found is None:
            raise KeyError(place)
        return found

    def is_number(self, place: Place) -> bool:
        """Whether it holds numbers."""
        return self.known(place).is_number

    def is_time(self, place: Place) -> bool:
        """Whether it holds dates or times."""
        return self.known(place).is_date or self.known(place).holds_dates

    def is_key(self, place: Place) -> bool:
        """Whether its numbers only name things."""
        column = self.known(place)
        return column.primary_key or column.foreign_key is not None or keys(column.name)[-1:] in (("id",), ("code",))

    def measurable(self, place: Place) -> bool:
        """Whether more or less of it means anything."""
        return (self.is_number(place) and not self.is_key(place)) or self.is_time(place)

    def is_quantity(self, place: Place) -> bool:
        """Whether it holds amounts."""
        return self.is_number(place) and not self.is_key(place)
