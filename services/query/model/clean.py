"""Takes the SQL out of what a model wrote: without thinking, fences, JSON and prose round it.

Nothing here takes longer than in proportion to the text, whatever the text is.
"""

import re

from services.query.model.found import best_query
from services.query.model.segments import segments

_THINKING = re.compile(r"<(/?)(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_END_OF_TURN = re.compile(r"<\|(?:im_end|eot_id|end|endoftext|end_of_text)\|>|<end_of_turn>|</s>", re.IGNORECASE)
_MARKS = re.compile(r"<\|[\w ]{1,30}\|>|<s>|<start_of_turn>|\[/?INST\]", re.IGNORECASE)
"""Of chat templates, which small models leave in their text."""
ASKING = re.compile(
    r"please (?:specify|clarify|confirm)|could you|do you mean|which [^?\n]{0,200}\?|"
    r"请(?:问|明确|说明|确认|提供)|您是指|是指哪",
    re.IGNORECASE,
)
"""Words that ask back whatever stands beside them: what follows them in prose is no answer."""

_MOST_CHARACTERS = 20_000
"""As much as the longest query that is looked for; reading holds up every other question of the process."""


def sql_of(text: str) -> str | None:
    """The query in a model's answer that is most likely meant; None when there is none, or too little to be whole.

    It can be parsed, which allows nothing: the gate decides. Chinese punctuation outside of quotes becomes SQL's.
    """
    said = plain(text)
    asking = ASKING.search(said)
    return best_query(segments(said), asking.start() if asking else None)


def plain(text: str) -> str:
    """The beginning of `text` without thinking and marks; what a small model says after its turn is somebody else's."""
    turns = _END_OF_TURN.split(without_thinking(text[:_MOST_CHARACTERS]))
    return _MARKS.sub(" ", next(filter(str.strip, turns), ""))


def without_thinking(text: str) -> str:
    """The text without what a model thought aloud, also where only the beginning or only the end of that is marked."""
    kept: list[str] = []
    at: int | None = 0
    for tag in _THINKING.finditer(text):
        if tag[1]:
            # An end without a beginning: the chat template had begun the thinking before.
            kept = kept if at is None else []
            at = tag.end()
        elif at is not None:
            kept.append(text[at : tag.start()])
            at = None
    return "".join(kept) + ("" if at is None else text[at:])


def whole_part(text: str) -> str:
    """What surely is whole of a text that was cut off: all up to the last fence that closes, or the last semicolon."""
    fences = [fence.end() for fence in re.finditer("```", text)]
    closed = fences[len(fences) - len(fences) % 2 - 1] if len(fences) > 1 else 0
    return text[: max(closed, text.rfind(";") + 1)]
