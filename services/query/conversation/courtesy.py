"""Recognises thanks and a farewell: they ask nothing, and a conversation goes on as if they had not been said."""

import re
from typing import Literal

Courtesy = Literal["bye", "thanks"]
_SAID: dict[Courtesy, re.Pattern[str]] = {
    "bye": re.compile(
        r"\b(?:good ?bye|bye|good night|see you(?: later| soon| tomorrow)?)\b|再见|拜拜|晚安|(?:回头|明天|下次)见", re.I
    ),
    "thanks": re.compile(r"\b(?:thanks|thank you|thx|cheers)\b|谢谢|多谢|感谢|辛苦", re.I),
}
_AROUND = re.compile(
    r"\b(?:ok|okay|great|perfect|cool|nice|good|well|very|much|many|a|lot|so|again|for|your|the|help|you|all|that|was|is"
    r"|s|it|now|and|have|day|evening)\b|好的?|非常|十分|太|很|你|您|大家|了|啦|啊|哦|的|帮助|回答|就这样|那|先",
    re.I,
)


def courtesy_of(question: str) -> Courtesy | None:
    """What `question` is, if it says that and nothing else."""
    rest = question
    for said in (*_SAID.values(), _AROUND):
        rest = said.sub(" ", rest)
    if re.search(r"\w", rest):
        return None
    return next((kind for kind, said in _SAID.items() if said.search(question)), None)
