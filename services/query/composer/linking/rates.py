"""Rates of terms that are conditions: of `cancelled booking` the cancellation rate, of 已取消的预订 the 取消率."""

from collections import defaultdict
from collections.abc import Iterator

from services.query.composer.language.happenings import groups, joined, told_by
from services.query.composer.language.words import is_han, keys
from services.query.composer.linking.lexicon import Lexicon, Meant, Phrase

_DONE = ("已经", "已", "被")


def add_rates(built: Lexicon) -> None:
    """Note what share of the rows of its table each such term is, in percent, where its name is no other's too."""
    rates: dict[Phrase, dict[str, Meant]] = defaultdict(dict)
    for phrase, meanings in built:
        for meant in meanings:
            if meant.kind == "condition" and meant.term and not meant.beside:
                sql = f"AVG(CASE WHEN {meant.expression} THEN 100.0 ELSE 0 END)"
                rate = Meant(meant.table, expression=sql, term=meant.term, whole=True)
                for name in _names(built, phrase, meant.table):
                    rates[name][sql] = rate
    for name, found in rates.items():
        if len(found) == 1:
            built.add(name, *found.values())


def _names(built: Lexicon, phrase: Phrase, table: str) -> Iterator[Phrase]:
    """`no-show rate` and `cancellation rate`; 取消率."""
    for rest in dict.fromkeys((phrase, phrase[: _end(built, phrase, table)])):
        han = is_han(rest[0])
        said = "".join(rest).removesuffix("的") if han else " ".join(rest)
        said = next((said.removeprefix(done) for done in _DONE if said.startswith(done)), said)
        told = told_by(said if han else joined(rest))
        for word in (said, *(word for at in told for word in groups()[at] if is_han(word) == han)):
            yield keys(f"{word}率" if han else f"{word} rate")


def _end(built: Lexicon, phrase: Phrase, table: str) -> int:
    """Where the name of its table begins, which stands last."""
    for at in range(1, len(phrase)):
        if any(meant.thing == (table, None, None, None) for meant in built.meanings(phrase[at:])):
            return at
    return len(phrase)
