"""What the steps of an interpretation share: the marks of a question, what they mean, and which are used up."""

from services.query.composer.cues import SPANS
from services.query.composer.lexicon import Meant, label_column, name_column
from services.query.composer.link import Linked, Mark
from services.query.composer.plan import Place, Plan
from services.query.composer.resolve import Resolved, resolve
from services.query.composer.words import keys
from services.query.knowledge.schema import Schema

NEAR = 3
"""So many marks on, a phrase still belongs to the one before."""
_WIDEST = 12
_SMALL = frozenset(str(number) for number in range(2, 101))


class Reading:
    """A question being read; each step takes marks that no earlier one took."""

    def __init__(self, linked: Linked, schema: Schema) -> None:
        self.schema = schema
        self.text = linked.text
        self.marks: tuple[Mark, ...] = linked.marks
        self.meant: Resolved = resolve(linked)
        self.plan = Plan()
        self.used: set[int] = set()
        self.spoken: set[tuple[str, str]] = set()
        self.unclear = False

    def _said(self, index: int) -> str:
        """What stands in the question at a mark, in small letters."""
        return self.text.between(self.marks[index].first, self.marks[index].last).lower()

    def _thing(self, meant: Meant) -> Place:
        if meant.column:
            return Place(meant.table, meant.column)
        return Place(meant.table, label_column(self.schema.table(meant.table)).name)

    def _group_by(self, meant: Meant) -> None:
        """Group by a column, or by the rows of a table: by their key, and shown by their name."""
        table = self.schema.table(meant.table)
        place, name, key = self._thing(meant), name_column(table), table.primary_key
        if meant.kind == "table" and name is None and key is not None:
            place = Place(meant.table, key.name)
        if place not in self.plan.groups:
            self.plan.groups.append(place)
        if key and name and place.column == name.name and meant.table not in self.plan.keyed:
            self.plan.keyed.append(meant.table)

    def _free_things(self) -> list[int]:
        return [i for i, m in self.meant.items() if i not in self.used and m.kind in ("table", "column", "measure")]

    def _free_number(self, index: int) -> int | None:
        """The number that belongs to `top`, `highest`: right behind it or before it."""
        for near in (index + 1, index - 1):
            number = self.marks[near].number if 0 <= near < len(self.marks) and near not in self.used else None
            if number is not None and number.isdecimal() and int(number) > 0 and not self._in_units(near):
                return near
        behind = (
            i
            for i, mark in enumerate(self.marks[:index])
            if mark.number and i not in self.used and not self._in_units(i)
        )
        return next((i for i in behind if self.marks[i].number in _SMALL and i + 1 in self.meant), None)

    def _in_units(self, index: int) -> bool:
        """`30 days`: a number of a unit of time counts no things."""
        position = self.marks[index].last
        tokens = tuple(token.key for token in self.text.tokens[position : position + 2])
        meant = any(mark.first == position and mark.meanings for mark in self.marks)
        return not meant and (tokens in SPANS or tokens[:1] in SPANS)

    def _row(self, meant: Meant) -> list[Place]:
        """What is shown of a thing: a column, the names of a table, or all of a table whose rows have no names."""
        table = self.schema.table(meant.table)
        if meant.kind == "table" and name_column(table) is None:
            return [Place(table.name, column.name) for column in table.columns[:_WIDEST]]
        return [self._thing(meant)]

    def _next_number(self, index: int) -> int | None:
        return self._numeric(range(index + 1, min(index + 1 + NEAR, len(self.marks))))

    def _previous_number(self, index: int) -> int | None:
        return self._numeric(range(index - 1, max(-1, index - 1 - NEAR), -1))

    def _numeric(self, places: range) -> int | None:
        for near in places:
            meant = self.meant.get(near)
            if meant is None or near in self.used:
                continue
            if meant.kind == "measure" or (meant.column and self._measurable(Place(meant.table, meant.column))):
                return near
        return None

    def _measurable(self, place: Place) -> bool:
        """Whether more or less of it means anything: keys and codes are numbers in name only."""
        return (self._is_number(place) and not self._is_key(place)) or self._is_date(place)

    def _is_key(self, place: Place) -> bool:
        column = self.schema.table(place.table).column(place.column)
        return column is not None and (
            column.primary_key or column.foreign_key is not None or keys(column.name)[-1:] in (("id",), ("code",))
        )

    def _is_number(self, place: Place) -> bool:
        column = self.schema.table(place.table).column(place.column)
        return column is not None and column.is_number

    def _is_date(self, place: Place) -> bool:
        column = self.schema.table(place.table).column(place.column)
        return column is not None and (column.is_date or column.holds_dates)
