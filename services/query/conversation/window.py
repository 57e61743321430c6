"""As much of a conversation as is looked back at: the last turns whole, older ones in a line each, within a limit."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.query.conversation.turns import Turn
from services.query.model.tokens import tokens_of

TOKENS = 1_500
"""What the window may take of a model's prompt at most."""
_OLDER = 0.3
"""The share of it that is kept for the older turns."""
_LONGEST_LINE = 200


@dataclass(frozen=True)
class Window:
    """The turns of a conversation, oldest first: `older` in a line each, `turns` whole; `dropped` are left out."""

    turns: tuple[Turn, ...] = ()
    older: tuple[str, ...] = ()
    dropped: int = 0

    @property
    def overflown(self) -> bool:
        """Whether not all turns are there whole."""
        return bool(self.older or self.dropped)


def window_of(turns: Sequence[Turn], tokens: int = TOKENS) -> Window:
    """The window over `turns`; the last one is always in it."""
    if sum(map(_cost, turns)) <= tokens:
        return Window(tuple(turns))
    whole = _last_within([_cost(turn) for turn in turns], int(tokens * (1 - _OLDER)), least=1)
    lines = [_line(turn) for turn in turns[: len(turns) - whole]]
    kept = _last_within([tokens_of(line) for line in lines], int(tokens * _OLDER), least=0)
    return Window(tuple(turns[len(turns) - whole :]), tuple(lines[len(lines) - kept :]), len(lines) - kept)


def turns_for_prompt(window: Window) -> str:
    """The window as a section of a model's prompt; empty without turns."""
    if not window.turns:
        return ""
    return "\n".join(["Conversation so far, oldest first:", *window.older, *map(_whole, window.turns)])


def _last_within(costs: Sequence[int], tokens: int, least: int) -> int:
    """How many of the last fit."""
    used = kept = 0
    for cost in reversed(costs):
        used += cost
        if used > tokens and kept >= least:
            break
        kept += 1
    return kept


def _cost(turn: Turn) -> int:
    return tokens_of(_whole(turn))


def _whole(turn: Turn) -> str:
    return f"Q: {turn.understood}\nA ({turn.outcome or 'not answered yet'}): {turn.sql or turn.said}"


def _line(turn: Turn) -> str:
    """A turn in short: what was asked, and how it ended."""
    return f"Earlier: {turn.understood[:_LONGEST_LINE]} -> {turn.outcome or 'not answered yet'}"
