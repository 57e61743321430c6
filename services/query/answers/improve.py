"""What a model is asked to make of an insight, and whether what it then says is one."""

import re

import orjson

from libs.language.catalogue import Language, language_of
from services.query.answers.keeping import keeps_to, without_names
from services.query.answers.shape import Shape

_INSTRUCTION = (
    "You tell a reader in one or two short sentences, in {language}, what matters most in the rows that answer a "
    "question. Use only numbers that stand in the rows or in the facts. Do not compute, guess causes, or give advice. "
    "Write numbers as digits. Answer with the sentences alone."
)
_LANGUAGES: dict[Language, str] = {"zh": "Chinese", "en": "English"}
_LINK = re.compile(r"://|\bwww\.|\]\(")
_SHOWN_ROWS, _SHOWN_CHARACTERS = 20, 4_000


def improvement_prompt(question: str, shape: Shape, insight: str, language: Language) -> tuple[str, str]:
    """The messages (system, user) for a model. They hold rows: not for data that must stay where it is."""
    cut = "" if shape.whole else " (there may be more that are not shown)"
    parts = [
        f"Question: {question}",
        f"Columns: {orjson.dumps([column.name for column in shape.columns]).decode()}",
        f"Number of rows: {shape.rows}{cut}",
        *_shown(shape),
        f"Facts: {insight or 'none'}",
    ]
    return _INSTRUCTION.format(language=_LANGUAGES[language]), "\n".join(parts)


def is_insight(shape: Shape, said: str, language: Language) -> bool:
    """Whether what a model said is in `language`, says something about the rows, and keeps to them."""
    rest = without_names(shape, said)
    about_them = rest != said or any(map(str.isdecimal, said))
    return about_them and language_of(rest) == language and not sends_away(said) and keeps_to(shape, said)


def sends_away(said: str) -> bool:
    """Whether a text names a place to go to: values that a model saw may have been written to mislead it."""
    return _LINK.search(said) is not None


def _shown(shape: Shape) -> list[str]:
    """The first rows, as many as fit."""
    lines: list[str] = []
    for row in zip(*(column.values[:_SHOWN_ROWS] for column in shape.columns), strict=True):
        line = orjson.dumps(row, default=str).decode()
        if sum(map(len, lines)) + len(line) > _SHOWN_CHARACTERS:
            break
        lines.append(line)
    return lines
