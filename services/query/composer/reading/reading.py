"""A question being read: its items, what they mean, what was used up, and the plan that grows."""

from typing import Literal

from services.query.composer.language.cues import CueName
from services.query.composer.language.small_words import CLAUSE_ENDS, NOR, PASSED_BY
from services.query.composer.linking.assign import assign
from services.query.composer.linking.items import Item, Kind, items_of
from services.query.composer.linking.lexicon import Meant
from services.query.composer.linking.marks import Linked
from services.query.composer.linking.names import name_column
from services.query.composer.linking.roles import Role, roles_of
from services.query.composer.queries.plan import Condition, Place, Plan
from services.query.composer.reading.places import Places
from services.query.knowledge.schema import Schema

LeftOpen = Literal["date", "column", "rows", "way", "year", "span", "weekday", "none", "any", "all"]


class Reading(Places):
    """A question being read; each step takes items that no earlier one took."""

    def __init__(self, linked: Linked, schema: Schema) -> None:
        super().__init__(schema)
        self.text = linked.text
        self.items: tuple[Item, ...] = items_of(linked)
        self.roles: tuple[Role, ...] = roles_of(self.items)
        self.meant: dict[int, Meant] = assign(self.items, schema)
        self.plan = Plan()
        self.used: set[int] = set()
        self.spoken = {(m.table, m.column) for m in self.meant.values() if m.column}
        self.narrowed: dict[int, Condition] = {}
        """What terms say of rows, by the items that are these terms."""
        self.unclear = False
        self.by_first_shown = False
        self.left_open: dict[LeftOpen, tuple[str, ...]] = {}
        """What may be meant, the likeliest first: which date, measure, rows; over what tables are joined."""

    def column(self, index: int) -> Place | None:
        """The column that an item names."""
        meant = self.meant.get(index)
        return Place(meant.table, meant.column) if meant and meant.kind == "column" and meant.column else None

    def table(self, index: int) -> str | None:
        """The table that an item names."""
        meant = self.meant.get(index)
        return meant.table if meant and meant.kind == "table" else None

    def value(self, index: int) -> Meant | None:
        """The stored value that an item names."""
        meant = self.meant.get(index)
        return meant if meant is not None and meant.kind == "value" else None

    def thing(self, index: int) -> Meant | None:
        """The table or column that an item names."""
        meant = self.meant.get(index)
        return meant if meant is not None and meant.kind in ("table", "column") else None

    def number(self, index: int) -> str | None:
        """The number that stands at an item."""
        mark = self.items[index].mark if self.kind(index) == "number" else None
        return mark.number if mark is not None else None

    def how_many(self, index: int) -> int | None:
        """The whole number that stands at an item."""
        number = self.number(index) or ""
        return int(number) if number.isdecimal() else None

    def said(self, index: int) -> str:
        """What stands in the question at an item, in small letters."""
        return self.items[index].said if self.exists(index) else ""

    def cue(self, index: int) -> CueName | None:
        """The instruction that an item is."""
        return self.items[index].cue if self.exists(index) else None

    def kind(self, index: int) -> Kind | None:
        """What kind of item stands there."""
        return self.items[index].kind if self.exists(index) else None

    def exists(self, index: int) -> bool:
        """Whether there is such an item."""
        return 0 <= index < len(self.items)

    def free(self, index: int) -> bool:
        """Whether an item exists that no step took yet."""
        return self.exists(index) and index not in self.used

    def instructs(self, index: int, *cues: CueName) -> bool:
        """Whether an item is one of these instructions, and no step took it yet."""
        return self.free(index) and self.items[index].cue in cues

    def is_and(self, index: int) -> bool:
        """Whether an item only joins two things."""
        return self.cue(index) == "and" or self.said(index) == "and"

    def adjacent(self, index: int) -> bool:
        """Whether nothing at all stands between an item and the next."""
        return self.exists(index + 1) and self.items[index + 1].first == self.items[index].last

    def words(self, first: int, last: int) -> set[str]:
        """The words of the question from one item to another."""
        tokens = self.text.tokens[self.items[first].first : self.items[last].last]
        return {token.key for token in tokens}

    def word_before(self, index: int) -> str:
        """The word right before an item, even where it means nothing."""
        first = self.items[index].first
        return self.text.tokens[first - 1].key if first else ""

    def word_after(self, index: int) -> str:
        """The word right after an item, even where it means nothing."""
        after = self.text.tokens[self.items[index].last : self.items[index].last + 1]
        return after[0].key if after else ""

    def in_brackets(self, index: int) -> bool:
        """Whether an item stands in brackets, alone."""
        item, text, tokens = self.items[index], self.text.text, self.text.tokens
        before, after = text[: tokens[item.first].start], text[tokens[item.last - 1].end :]
        return before.endswith(("(", "（")) and after.startswith((")", "）"))

    def take(self, *indexes: int) -> None:
        """Note that items have found their place."""
        self.used.update(indexes)

    def clause(self, index: int) -> range:
        """The items around one, up to where another clause begins or ends."""
        first = index
        while first > 0 and not self.ends_clause(first - 1):
            first -= 1
        last = index + 1
        while last < len(self.items) and not self.ends_clause(last):
            last += 1
        return range(first, last)

    def ends_clause(self, index: int) -> bool:
        """Whether another clause begins or ends at an item."""
        item = self.items[index]
        opens = (item.kind == "open" and item.said in CLAUSE_ENDS) or item.said in NOR
        return opens or item.kind in ("break", "comma", "ask")

    def before(self, index: int) -> int:
        """The item before one, passing by small words and places; -1 where there is none."""
        return self._next(index, -1)

    def after(self, index: int) -> int:
        """The item after one, passing by small words and places; the number of items where there is none."""
        return self._next(index, 1)

    def _next(self, index: int, step: int) -> int:
        index += step
        while self.kind(index) == "nth" or (self.kind(index) == "open" and self.said(index) in PASSED_BY):
            index += step
        return index

    def group_by(self, place: Place) -> None:
        """Group by a column; by the rows of its table where it is their name."""
        if place not in self.plan.groups:
            self.plan.groups.append(place)
        table = self.schema.table(place.table)
        name, key = name_column(table), table.primary_key
        if key and name and place.column == name.name and place.table not in self.plan.keyed:
            self.plan.keyed.append(place.table)
