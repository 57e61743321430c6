"""Parts of a model's answer in which a query may stand: fenced code, values of JSON, and the prose round them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

_TAG = re.compile(r"\A[ \t]*(?!select\b|with\b)[\w+-]*(?=\s)", re.IGNORECASE)
_FINAL = re.compile(r"final|corrected|最终|修正后", re.IGNORECASE)
_KEYS = ("sql", "query", "sql_query", "answer", "result")
_JSON = json.JSONDecoder(strict=False)  # small models write line breaks into strings
_MOST_OBJECTS = 5
_INTRODUCTION = 80
_DEEPEST = 3


@dataclass(frozen=True)
class Segment:
    """`code` where the model set it apart from prose, `final` where it called it its last word; `at` in the answer."""

    text: str
    at: int
    code: bool
    final: bool = False


def segments(text: str) -> Iterator[Segment]:
    """All parts, in order; a fence that never closes ends with the text."""
    at, before = 0, ""
    for number, part in enumerate(text.split("```")):
        final = _FINAL.search(before[-_INTRODUCTION:]) is not None
        fenced = number % 2 == 1
        inner = _TAG.sub("", part.lstrip("`"), count=1) if fenced else part
        values = list(_values(inner))
        for value in values:
            yield Segment(value, at, True, final)
        if not values or not fenced:
            yield Segment(inner, at, fenced, final)
        at, before = at + len(part) + 3, part


def _values(text: str) -> Iterator[str]:
    """SQL in the first JSON objects of a text."""
    end = 0
    for brace in islice(re.finditer(r"\{\s{0,99}\"", text), _MOST_OBJECTS):
        if brace.start() >= end:
            try:
                value, end = _JSON.raw_decode(text, brace.start())
            except (ValueError, RecursionError):
                continue
            yield from _strings(value, _DEEPEST)


def _strings(value: Any, deep: int) -> Iterator[str]:
    if isinstance(value, dict) and deep:
        for key, inner in value.items():
            if key.lower() in _KEYS:
                yield from [inner] if isinstance(inner, str) else _strings(inner, deep - 1)
