"""What is wrong with a line of a file, for the person who wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.language.catalogue import Language, text

MOST_TOLD = 100
"""More errors than these help nobody."""


@dataclass(frozen=True)
class WrongLine:
    """A line (from 1, the first of a row that has several) with `where` in it the fault is; `code` names its text."""

    line: int
    where: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def told(self, language: Language) -> dict[str, Any]:
        """The error as the API shows it."""
        detail = text(f"line.{self.code}", language, **self.values)
        return {"line": self.line, "field": self.where, "detail": detail}


def told(wrong: Sequence[WrongLine], language: Language) -> list[dict[str, Any]]:
    """The first errors in the order of the lines."""
    return [each.told(language) for each in sorted(wrong, key=lambda each: each.line)[:MOST_TOLD]]


def check_given(line: int, name: str, value: str, most: int) -> list[WrongLine]:
    """What is wrong with a text that must not be empty."""
    return check_text(line, name, value, most) if value else [WrongLine(line, name, "empty")]


def check_text(line: int, name: str, value: str, most: int) -> list[WrongLine]:
    """What is wrong with a text that may have `most` characters."""
    if "\x00" in value:
        return [WrongLine(line, name, "no_text")]
    if len(value) > most:
        return [WrongLine(line, name, "too_long", {"most": most})]
    return []
