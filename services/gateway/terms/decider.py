"""What becomes of a dataset's terms when a file of terms is sent in, decided without clock, database or broker."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.events.catalog import BusinessTermChanged
from services.gateway.datasets.decider import decide_term
from services.gateway.files.lines import WrongLine
from services.gateway.terms.sheet import TermRow, as_written


@dataclass(frozen=True)
class Imported:
    """The terms that are to be written, and how many are new, changed, or said nothing new."""

    changes: tuple[BusinessTermChanged, ...]
    added: int
    changed: int
    unchanged: int


def named_twice(known: Iterable[BusinessTermChanged], rows: Iterable[TermRow]) -> Iterator[WrongLine]:
    """The rows that name a term once more: of a name that several terms have already, as many rows may be."""
    there_are = Counter(term.term.strip() for term in known)
    named: dict[str, list[int]] = {}
    for row in rows:
        name = row.given["term"]
        lines = named.setdefault(name, [])
        if name and len(lines) >= max(there_are[name], 1):
            yield WrongLine(row.line, "term", "twice", {"line": lines[0]})
        lines.append(row.line)


def decide_import(
    dataset_id: str,
    known: Sequence[BusinessTermChanged],
    rows: Sequence[TermRow],
    ids: Iterable[str],
    terms: int,
    at: datetime,
    who: str,
) -> Imported:
    """New terms get the next of `ids`, those of a known name are changed; no row is `named_twice`.

    `terms` counts the changes to all terms of the dataset so far. Where several terms have one name, each row goes with
    a term that it agrees with, or else with the oldest that is left.
    """
    left = _by_name(known)
    changes: list[BusinessTermChanged] = []
    new_ids, added, unchanged = iter(ids), 0, 0
    for row in sorted(rows, key=lambda row: not _agrees(row, left)):
        name = row.given["term"]
        term = _taken(row, left.get(name, []))
        if term is not None and _says_nothing_new(row.given, term):
            unchanged += 1
            continue
        if term is None:
            term = BusinessTermChanged(
                dataset_id=dataset_id, term_id=next(new_ids), version=0, terms_version=0, term=name, changed_at=at
            )
            added += 1
        changes.append(decide_term(term, row.given, terms + len(changes), at, who))
    return Imported(tuple(changes), added, len(changes) - added, unchanged)


def _by_name(known: Sequence[BusinessTermChanged]) -> dict[str, list[BusinessTermChanged]]:
    found: dict[str, list[BusinessTermChanged]] = {}
    for term in known:
        found.setdefault(term.term.strip(), []).append(term)
    return found


def _agrees(row: TermRow, known: dict[str, list[BusinessTermChanged]]) -> bool:
    return any(_says_nothing_new(row.given, term) for term in known.get(row.given["term"], []))


def _taken(row: TermRow, left: list[BusinessTermChanged]) -> BusinessTermChanged | None:
    """Take the term out of `left` that the row goes with."""
    fits = [number for number, term in enumerate(left) if _says_nothing_new(row.given, term)]
    return left.pop(fits[0] if fits else 0) if left else None


def _says_nothing_new(given: dict[str, Any], term: BusinessTermChanged) -> bool:
    written = as_written(term)
    return all(written[name] == value for name, value in given.items())
