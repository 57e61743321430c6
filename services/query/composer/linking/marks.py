"""What was found in a question, and where."""

from dataclasses import dataclass

from services.query.composer.language.cues import CueName
from services.query.composer.language.periods import Period
from services.query.composer.language.words import Text, is_han
from services.query.composer.linking.lexicon import Meant
from services.query.composer.queries.plan import TimePart


@dataclass(frozen=True)
class Mark:
    """Tokens `first` to `last` (one past) of a question, and what they are: one of the fields below is set."""

    first: int
    last: int
    meanings: tuple[Meant, ...] = ()
    cue: CueName | None = None
    number: str | None = None
    quoted: str | None = None
    period: Period | None = None
    unit: TimePart | None = None
    nth: int | None = None
    """The place in a ranking that stands beside a superlative."""

    @property
    def weight(self) -> float:
        """How sure it is, 0 to 1.05."""
        return max((meant.weight for meant in self.meanings), default=1.0)


@dataclass(frozen=True)
class Linked:
    """A question with all that was found in it, in order; `unexplained` are words that mean nothing here.

    `passed_over` are the ids of the verified pairs that teach of other words that they say nothing.
    """

    text: Text
    marks: tuple[Mark, ...]
    unexplained: tuple[str, ...]
    passed_over: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """The same words as people read them: Han characters that stand together are one word."""
        found: list[tuple[int, int]] = []
        unexplained = set(self.unexplained)
        owned = {place for mark in self.marks for place in range(mark.first, mark.last)}
        for place, token in enumerate(self.text.tokens):
            if token.text not in unexplained or place in owned:
                continue
            if found and found[-1][1] == place and is_han(token.key) and is_han(self.text.tokens[place - 1].key):
                found[-1] = found[-1][0], place + 1
            else:
                found.append((place, place + 1))
        return tuple(dict.fromkeys(self.text.between(first, last) for first, last in found))
