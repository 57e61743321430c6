"""Question/SQL pairs as lines of a file: JSON Lines, as they are exported, or CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from libs.events.catalog import LearnedItem
from libs.knowledge.items import normalised_question
from services.gateway.files.lines import WrongLine, check_given
from services.gateway.files.sheet import read_sheet
from services.gateway.knowledge.read import TYPES
from services.gateway.knowledge.shown import Learned

COLUMNS = ("question", "sql")
MOST = 1_000
"""Pairs of one file: they are one event, and are learned as one training."""
_QUESTION = 2_000
_EXPORTED = {*LearnedItem.model_fields, *Learned.model_fields}
"""What a line of an export holds, and what the API shows of an item; anything else is most likely misspelt."""


@dataclass(frozen=True)
class PairLine:
    """A pair as a line of a file gives it."""

    line: int
    question: str
    sql: str


def pairs_in(text: str, *, csv: bool) -> tuple[list[PairLine], list[WrongLine]]:
    """The pairs of a file and what is wrong with its lines; of the SQL that it is there (`admitted`)."""
    pairs, wrong = _in_sheet(text) if csv else _in_json_lines(text)
    if len(pairs) > MOST:
        return [], [WrongLine(pairs[MOST].line, "", "too_many", {"most": MOST})]
    if not pairs and not wrong:
        return [], [WrongLine(1, "", "no_pairs")]
    wrong += [each for pair in pairs for each in check_given(pair.line, "question", pair.question, _QUESTION)]
    return pairs, [*wrong, *_twice(pairs)]


def _in_sheet(text: str) -> tuple[list[PairLine], list[WrongLine]]:
    rows, wrong = read_sheet(text, COLUMNS, COLUMNS)
    return [_pair(row.line, row.cells["question"], row.cells["sql"]) for row in rows], wrong


def _in_json_lines(text: str) -> tuple[list[PairLine], list[WrongLine]]:
    pairs: list[PairLine] = []
    wrong: list[WrongLine] = []
    for line, content in enumerate(text.split("\n"), start=1):
        if content.strip():
            found = _parsed(line, content)
            if isinstance(found, PairLine):
                pairs.append(found)
            else:
                wrong.append(found)
    return pairs, wrong


def _parsed(line: int, content: str) -> PairLine | WrongLine:
    try:
        given: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        return WrongLine(line, "", "no_json")
    if not isinstance(given, dict):
        return WrongLine(line, "", "no_object")
    for name in given:
        if name not in _EXPORTED:
            return WrongLine(line, name[:100], "unknown_field", {"fields": ", ".join(COLUMNS)})
    for name, expected in (("kind", "pair"), ("type", TYPES["pair"])):
        if given.get(name, expected) != expected:
            return WrongLine(line, name, "no_pair")
    for name in COLUMNS:
        if not isinstance(given.get(name), str):
            return WrongLine(line, name, "empty")
    return _pair(line, given["question"], given["sql"])


def _pair(line: int, question: str, sql: str) -> PairLine:
    return PairLine(line, question.strip(), sql.strip().rstrip(";").rstrip())


def _twice(pairs: list[PairLine]) -> Iterator[WrongLine]:
    """Of two answers to one question only one can be the right one."""
    first: dict[str, int] = {}
    for pair in pairs:
        before = first.setdefault(normalised_question(pair.question), pair.line)
        if pair.question and before != pair.line:
            yield WrongLine(pair.line, "question", "twice", {"line": before})
