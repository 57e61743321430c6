"""How much of a question found its place in the plan."""

from services.query.composer.language.cues import CueName
from services.query.composer.language.small_words import VERBS
from services.query.composer.language.stop_words import stop_keys
from services.query.composer.language.words import is_han
from services.query.composer.reading.reading import Reading

_HARD: frozenset[CueName | None] = frozenset(
    {"sum", "avg", "min", "max", "most", "least", "top", "bottom", "more", "less", "at_least", "at_most", "not_equal",
     "between", "not", "without", "missing", "ascending", "descending", "contains", "count", "or", "forecast", "share"}
)  # fmt: skip
"""Instructions that change what is asked."""
_TOTALS = frozenset({"total", "altogether", "overall"})
_NOUNS = frozenset({"spending", "funding", "pricing", "billing", "earning", "earnings", "savings", "parking"})
"""What ends like a verb, and says what is asked for."""
_BE = frozenset({"be", "is", "are", "was", "were", "been", "got"})
_LIGHT = 0.5
_CONTRARY = ("un", "non")
"""`unretired trucks`, `unpaid in 2025`: which ones is asked."""


def understood(reading: Reading) -> bool:
    """Whether every thing, number, instruction and word has found its place, and nothing was unclear."""
    left = (i for i in range(len(reading.items)) if i not in reading.used)
    return not reading.unclear and all(_says_nothing(reading, i) for i in left)


def _says_nothing(reading: Reading, index: int) -> bool:
    item = reading.items[index]
    if item.kind in ("thing", "number", "quoted", "period", "unit", "nth"):
        return False
    if item.kind == "word":
        return _is_light(reading, index)
    if item.cue == "each" and _lost_group(reading, index):
        return False
    return item.cue not in _HARD or _in_total(reading, index)


def _lost_group(reading: Reading, index: int) -> bool:
    """Whether it is not known for each of what something is told: `per building`, 按楼层."""
    further = reading.text.tokens[reading.items[index].last :]
    last = reading.items[index + 1].first if reading.exists(index + 1) else len(reading.text.tokens)
    passed = further[: last - reading.items[index].last]
    unknown = reading.kind(index + 1) == "word" and not passed
    return unknown or any(is_han(token.key) and token.key not in stop_keys() for token in passed)


def _in_total(reading: Reading, index: int) -> bool:
    """`how many hotels are there in total`: of what is counted, there is no other number."""
    counts = any(measure.aggregate == "count" for measure in reading.plan.measures)
    return counts and reading.said(index) in _TOTALS and reading.word_before(index) == "in"


def _is_light(reading: Reading, index: int) -> bool:
    """Whether a word is a verb that only leads to what is said beside it: `received a yes`, `produced after 2000`."""
    word = reading.said(index)
    if word in _NOUNS or word.startswith(_CONTRARY):
        return False
    if word not in VERBS and not (word.endswith(("ed", "ing")) and len(word) > len("need")):
        return False
    if reading.cue(index + 1) == "to" or reading.said(index + 1) == "to":
        return False  # `shipped to Paris` is no `lives in Paris`
    if reading.word_before(index) in _BE and reading.kind(index + 1) in (None, "break"):
        return False  # `how many fragile things were damaged?`
    if reading.kind(index + 1) == "thing" and reading.adjacent(index):
        return reading.table(index + 1) is None  # `refunded orders` says which orders
    beside = (reading.kind(i) for i in reading.clause(index) if i in reading.used)
    return any(kind in ("thing", "number", "quoted", "period") for kind in beside)


def share(reading: Reading) -> float:
    """The share of what is said that is known, weighed by how well it says what is meant."""
    total = said = 0.0
    for index, item in enumerate(reading.items):
        if item.kind in ("thing", "number", "quoted", "period", "unit", "word"):
            total += item.last - item.first
            said += (item.last - item.first) * _known(reading, index)
    return said / total if total else 0.0


def _known(reading: Reading, index: int) -> float:
    if index in reading.meant:
        return min(reading.meant[index].weight, 1.0)
    if reading.kind(index) != "word" or index in reading.used:
        return 1.0
    return _LIGHT if _is_light(reading, index) else 0.0
