"""What phrases may mean in one database."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from services.query.composer.linking.spelling import alike

Phrase = tuple[str, ...]

_BEGINNING = 3
_READINGS_KEPT = 5_000


@dataclass(frozen=True)
class Meant:
    """Something a phrase may mean, and how well it says so (0 to 1).

    A table has neither column, value nor condition; `expression` is the SQL of a term that is not just a column,
    `whole` says that it is an aggregate already, and `beside` are further tables that it reads. `items` are the ids of
    the newest verified pairs that it was learned from.
    """

    table: str
    column: str | None = None
    value: str | None = None
    expression: str | None = None
    condition: bool = False
    term: str | None = None
    weight: float = 1.0
    whole: bool = False
    beside: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """table, column, value, condition or measure."""
        if self.expression is not None:
            return "condition" if self.condition else "measure"
        if self.value is not None:
            return "value"
        return "table" if self.column is None else "column"

    @property
    def thing(self) -> tuple[str | None, ...]:
        """What is meant, however well the phrase says it."""
        return self.table, self.column, self.value, self.expression

    def weaker(self, factor: float) -> "Meant":
        """The same, said less well."""
        return self if factor == 1.0 else replace(self, weight=self.weight * factor)


@dataclass(eq=False)
class Lexicon:
    """Phrases with what they may mean."""

    longest: int = 1
    _meanings: dict[Phrase, dict[tuple[str | None, ...], Meant]] = field(default_factory=lambda: defaultdict(dict))
    _words: dict[str, None] = field(default_factory=dict)
    _beginnings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.readings = lru_cache(maxsize=_READINGS_KEPT)(self._readings)

    def add(self, phrase: Phrase, meant: Meant) -> None:
        """Note that `phrase` may mean this; of two ways to say the same the better counts."""
        if not phrase:
            return
        known = self._meanings[phrase]
        if (other := known.get(meant.thing)) is None or other.weight < meant.weight:
            known[meant.thing] = meant
        self.longest = max(self.longest, len(phrase))
        for word in phrase:
            if word not in self._words:
                self._words[word] = None
                self._beginnings[word[:_BEGINNING]].append(word)

    def meanings(self, phrase: Phrase) -> Collection[Meant]:
        """What exactly this phrase may mean."""
        found = self._meanings.get(phrase)
        return found.values() if found else ()

    def knows(self, word: str) -> bool:
        """Whether it is a word of any phrase."""
        return word in self._words

    def __contains__(self, phrase: object) -> bool:
        return phrase in self._meanings

    def __iter__(self) -> Iterator[tuple[Phrase, list[Meant]]]:
        for phrase, found in self._meanings.items():
            yield phrase, list(found.values())

    def _readings(self, key: str) -> list[tuple[str, float]]:
        """The words of the database that a word of a question may be, and how surely: itself, or words like it."""
        itself = [(key, 1.0)] if key in self._words else []
        return alike(key, self._words.keys(), self._beginnings.get(key[:_BEGINNING], ()), itself)
