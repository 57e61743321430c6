"""What was found in a question, and where."""

from dataclasses import dataclass

from services.query.composer.language.cues import CueName
from services.query.composer.language.periods import Period
from services.query.composer.language.words import Text
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
