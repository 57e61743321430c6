"""What a model asks back, without what nobody can check: figures that it states, and places to go to."""

import re

from services.query.answers.improve import sends_away

_SENTENCE_ENDS = re.compile(r"(?<=[?？!！。\n])|(?<=\.)(?=\s)")
_LIST_NUMBER = re.compile(r"\s*\d{1,2}[.)、]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_ASKS = re.compile(
    r"[?？]\s*\Z|\bplease (?:specify|clarify|confirm|choose|tell)\b|请(?:问|明确|说明|确认|提供|指定|选择)",
    re.IGNORECASE,
)


def asked_back(said: str, question: str) -> str:
    """The sentences of `said` that ask, and those that state no figure but years and what `question` says itself.

    Empty where nothing is left.
    """
    known = set(_FIGURE.findall(question))
    return "".join(one for one in _sentences(said) if not sends_away(one) and _is_no_claim(one, known)).strip()


def _sentences(said: str) -> list[str]:
    """A number at the beginning of a line belongs to what it counts."""
    sentences: list[str] = []
    for part in _SENTENCE_ENDS.split(said):
        if sentences and _LIST_NUMBER.fullmatch(sentences[-1]):
            sentences[-1] += part
        else:
            sentences.append(part)
    return sentences


def _is_no_claim(sentence: str, known: set[str]) -> bool:
    stated = _YEAR.sub("", _LIST_NUMBER.sub("", sentence, count=1) if _LIST_NUMBER.match(sentence) else sentence)
    return bool(_ASKS.search(sentence)) or known.issuperset(_FIGURE.findall(stated))
