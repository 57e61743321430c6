"""The one catalogue of everything that users read, in Chinese and English."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal

import libs.language as package

Language = Literal["zh", "en"]
_HAN = re.compile("[\u4e00-\u9fff]")
_CHINESE = re.compile("[的了是有多少几哪各按每谁什么在和与及为请前最个年月日不没]")
_ENGLISH = re.compile(
    r"\b(?:[Hh]ow|[Ww]hat|[Ww]hich|[Ww]ho|[Ww]hen|[Ww]here|[Ll]ist|[Ss]how|[Oo]nly|[Aa]nd"
    r"|many|the|of|is|are|by|for|from|to|at|on|in|with|per)\b"
)
"""Words that hold a sentence together, and no names; in capitals, WHERE is said of SQL."""
_VALUE = re.compile(r"\{(\w+)\}")
Texts = dict[str, tuple[str, str]]
"""key -> (Chinese, English); both are `str.format` templates."""


def _load() -> Texts:
    texts: Texts = {}
    for module in iter_modules(package.__path__):
        if module.name != "catalogue":
            texts.update(import_module(f"{package.__name__}.{module.name}").TEXTS)
    return texts


_TEXTS = _load()


@dataclass(frozen=True)
class Phrase:
    """A text that becomes part of another one, in the language of that one."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def text(key: str, language: Language = "en", **values: object) -> str:
    """The text of `key` in `language` with `values` filled in; `KeyError` when nobody wrote it."""
    chinese, english = _TEXTS[key]
    said = {
        name: text(value.key, language, **value.values) if isinstance(value, Phrase) else value
        for name, value in values.items()
    }
    return (chinese if language == "zh" else english).format(**said)


def retold(said: str, language: Language, *families: str) -> str:
    """What was said in either language, in `language`, where it is a text of `families`; as it was, where it is none.

    Who reads it may have another language than who it was said to.
    """
    found = ((key, spoken.fullmatch(said)) for key, spoken in _spoken(families))
    key, match = next(((key, match) for key, match in found if match), (None, None))
    if key is None or match is None:
        return said
    return text(
        key, language, **{name: retold(value, language, *families) for name, value in match.groupdict().items()}
    )


@cache
def _spoken(families: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What the texts of families look like, those with the most words of their own first."""
    texts = [(key, one) for key in _TEXTS if key.startswith(families) for one in _TEXTS[key]]
    texts.sort(key=lambda found: -len(_VALUE.sub("", found[1])))
    return tuple(
        (key, re.compile(_VALUE.sub(r"(?P<\1>.*)", re.sub(r"[^\w\s{}]", r"\\\g<0>", one)), re.DOTALL))
        for key, one in texts
    )


def sentences(*parts: str) -> str:
    """The parts as sentences, one after the other, each with one full stop: `。` after Chinese, else `. `."""
    said = ""
    for part in filter(None, map(clause, parts)):
        chinese = language_of(part) == "zh"
        said += " " if said and not chinese and not said.endswith("。") else ""
        said += part if part[-1] in "?!？！…:：" else part + ("。" if chinese else ".")
    return said


def clause(part: str) -> str:
    """A sentence without its full stop, to be put into another one."""
    return part.strip().rstrip(".。 ")


def known(key: str) -> bool:
    """Whether somebody wrote the text of `key`."""
    return key in _TEXTS


def preferred_language(accept_language: str | None) -> Language:
    """The language a person asked for with an Accept-Language header (RFC 9110); English when none fits."""
    choices: list[tuple[float, Language]] = []
    for part in (accept_language or "").lower().split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        if tag.startswith("zh"):
            choices.append((weight, "zh"))
        elif tag.startswith("en"):
            choices.append((weight, "en"))
    return max(choices, key=lambda choice: choice[0])[1] if choices else "en"


def language_of(question: str) -> Language:
    """The language a question is written in: Chinese when it holds a Han character, unless that is a name in English."""
    if not _HAN.search(question):
        return "en"
    return "en" if _ENGLISH.search(question) and not _CHINESE.search(question) else "zh"
