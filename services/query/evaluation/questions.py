"""A file of questions: JSON objects, one a line, or lines of plain text."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from libs.events.catalog import Language
from libs.language.catalogue import language_of


class NoQuestion(ValueError):
    """A line that is meant to be a question is none; the message names it."""


@dataclass(frozen=True)
class Question:
    """A question of a file; `database` is the name of the one that it is about, where it says so."""

    id: str
    text: str
    language: Language
    database: str | None = None


def questions_in(content: str) -> list[Question]:
    """The questions of a file, but for those that are there to be taught (`role` is `teach`); raises `NoQuestion`.

    A question without an `id` gets the number of its line.
    """
    lines = ((number, line.strip()) for number, line in enumerate(content.splitlines(), start=1))
    read = [(number, _fields(number, line)) for number, line in lines if line]
    return [_question(number, fields) for number, fields in read if fields.get("role") != "teach"]


def about(questions: Iterable[Question], database: str) -> list[Question]:
    """Those that name `database`, or none."""
    return [question for question in questions if question.database in (None, database)]


def _fields(number: int, line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {"question": line}
    try:
        fields: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise NoQuestion(f"line {number} is no JSON object") from None
    return fields


def _question(number: int, fields: dict[str, Any]) -> Question:
    text = fields.get("question")
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        raise NoQuestion(f"line {number} has no text as its `question`")
    language: Language = "zh" if fields.get("language", language_of(text)) == "zh" else "en"
    return Question(str(fields.get("id", number)), text.strip(), language, fields.get("database"))
