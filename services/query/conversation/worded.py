"""Words a question that goes on from another: the one before, with what is said now in its place or beside it."""

import re

from libs.language.catalogue import language_of, text
from services.query.composer.linking.link import Linked, Mark
from services.query.composer.linking.links import links
from services.query.conversation.change import MEASURING
from services.query.knowledge.schema import Scope

END = " ?？.。!！,，"
_CLAUSE = re.compile(r"(?P<comma>[,，]) ?(?P<instead>instead |改为)?(?P<said>[^,，]+)")
_RANKS = frozenset({"top", "bottom", "most", "least", "ascending", "descending", "order"})


def beside(before: str, said: str) -> str:
    """`before, said`."""
    return text("conversation.beside", language_of(before), before=before.strip(END), said=said)


def instead(before: str, said: str, known: Scope) -> str:
    """`before` with `said` in the place of the turn that said the same kind of thing, else `before, instead said`."""
    now = links(said, known)
    for match in reversed(list(_CLAUSE.finditer(before))):
        if (kind := _kind(now)) is not None and _kind(links(match["said"], known)) == kind:
            return f"{before[: match.start('said')]}{said}{before[match.end('said') :]}"
    return text("conversation.instead", language_of(before), before=before.strip(END), said=said)


def spliced(before: str, old: Linked, first: int, last: int, said: str) -> str:
    """`before`, which `old` was read from, with `said` in the place of its tokens `first` to the one before `last`."""
    start, end = old.text.tokens[first].start, old.text.tokens[last - 1].end
    written = before if len(before) == len(old.text.text) else old.text.text
    return written[:start] + said + written[end:]


def _kind(linked: Linked) -> object:
    """What a clause says: how rows are grouped, ranked or measured, or the column and time that are looked for."""
    cues = {mark.cue for mark in linked.marks}
    if "each" in cues:
        return "group"
    if cues & _RANKS:
        return "rank"
    if cues & MEASURING or any(meant.kind == "measure" for mark in linked.marks for meant in mark.meanings):
        return "measure"
    looked_for = {_looked_for(mark) for mark in linked.marks if mark.cue is None}
    return looked_for.pop() if len(looked_for) == 1 else None


def _looked_for(mark: Mark) -> object:
    return frozenset((meant.table, meant.column) for meant in mark.meanings if meant.value is not None) or None
