"""Recognises one of the dates or columns that were offered by other words for it: `by check-in`, 退房日期."""

import re
from collections.abc import Sequence

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Scope

_OFFERED = re.compile(r"(?P<asked>.+) \([^()]+\)")
_SAID = re.compile(r"[\s,，]*(?:(?:by|on|the|按照?|是|指)\s*)*(?P<name>.*?)[\s?？.。!！]*", re.IGNORECASE)
_LONGEST = 40


def choice_named(said: str, choices: Sequence[str], known: Scope) -> str | None:
    """The choice whose question is answered in the same way with `said` in its brackets; None where none is."""
    offered = [match["asked"] for choice in choices if (match := _OFFERED.fullmatch(choice))]
    match = _SAID.fullmatch(said.strip())
    name = match["name"] if match else ""
    if not name or len(name) > _LONGEST or len(offered) < len(choices) or len(set(offered)) != 1:
        return None
    for words in (name, f"{name} date" if name.isascii() else f"{name}日期"):
        meant = _sql(f"{offered[0]} ({words})", known)
        if meant is not None:
            return next((choice for choice in choices if _sql(choice, known) == meant), None)
    return None


def _sql(question: str, known: Scope) -> str | None:
    composition = compose(question, known)
    return composition.sql if composition.score >= SURE else None
