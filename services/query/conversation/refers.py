"""Recognises a question that sounds whole but speaks of the rows before: `how many do they have?`, 是哪些客户."""

import re

from sqlglot import exp

from libs.datasources.dialect import Dialect
from services.query.composer.compose import SURE, Composition
from services.query.composer.linking.link import Linked
from services.query.conversation.tree import conjuncts, is_aggregated, joins, plain_select

_THEM = re.compile(
    r"\b(?:they|them|their|theirs|these|(?:those|that)(?! (?:who|which|that|with|of|in))|its)\b"
    r"|[他她它]们?|[这那]些|上述|其(?![他它中余实])",
    re.IGNORECASE,
)
"""What stands for rows that were spoken of."""
_ASKED_OF_THEM = re.compile(
    r"(?:how|what|which|where|when|who|whose)\b(?:(?!\band\b)[^,;])*?\b(?:do|does|did|have|has|had|are|is|were|was)\s+"
    r"(?:(?:they|he|she|it|these|(?:those|that)(?! (?:who|which|that|with|of|in)))\b|(?:these|those)\s)",
    re.IGNORECASE,
)
"""A question whose subject is a pronoun: what it names before that is asked for."""
_BY_THEM = re.compile(
    r"(?:how|what|which|who|whose)\b(?!.*\b(?:and|who|that)\b).*\s(?:them|these|those)$", re.IGNORECASE
)
"""A question whose object is a pronoun: `which customers placed them`."""
_THAT = re.compile(
    r"(?:\b(?:these|those)\s+|(?:^|\b(?:of|in|at|for|from|by|to|does|do|did|is|has)\s+)(?:this|that)\s+"
    r"|[这那](?:一?[个位家名条次只]|些)|该)$",
    re.IGNORECASE,
)
"""Before the name of rows that were spoken of."""
_WHICH = re.compile(r"(?:(?:of|for|from|in|to|by|at)\s+)?(?:which|what|who|whose)\b|.*[哪谁]|.*什么", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:all|every|any|there|exist|we|you|our|your|have|has|different|distinct|unique|possible)\b"
    r"|有[哪什谁]|[哪什谁].*有|所有|全部|一共|总共|我们|不同",
    re.IGNORECASE,
)
"""Said of everything that the dataset holds."""
_SUBJECT = re.compile(
    r"\s(?:do|does|did) (?:they|he|she|it|these|those)(?: each)?(?: have)?$"
    r"|^(?:[他她它]们?|[这那]些)(?:各自?|分别|都)?(?=有)",
    re.IGNORECASE,
)
_LONGEST = 16
"""In a question of more tokens, a pronoun speaks of something in the question itself."""


def speaks_of_rows(question: str, linked: Linked, alone: Composition, dialect: Dialect) -> bool:
    """Whether `question` is about the rows before; `linked` and `alone` are of it without what leads it."""
    return _of_them(linked) or _of_that(question, linked) or _asks_which(linked, alone, dialect)


def without_subject(said: str) -> str:
    """`how many orders` of `how many orders do they have`."""
    return _SUBJECT.sub("", said)


def _of_them(linked: Linked) -> bool:
    """A pronoun stands for nothing in the question: it comes before whatever that names, or as its subject."""
    said = linked.text.text
    if len(linked.text.tokens) > _LONGEST:
        return False
    if _ASKED_OF_THEM.match(said) or _BY_THEM.match(said):
        return True
    pronoun = _THEM.search(said)
    named = [linked.text.tokens[mark.first].start for mark in linked.marks if mark.meanings]
    return pronoun is not None and bool(named) and pronoun.start() < named[0]


def _of_that(question: str, linked: Linked) -> bool:
    """`that depot`, 那个网点."""
    named = (m for m in linked.marks if any(meant.kind == "table" for meant in m.meanings))
    phrases = (linked.text.between(mark.first, mark.last) for mark in named)
    return any(_THAT.search(question[: max(question.find(phrase), 0)]) for phrase in phrases)


def _asks_which(linked: Linked, alone: Composition, dialect: Dialect) -> bool:
    """`which customers?`, 下单日期: by itself it would list everything there is, which nobody asks for like this."""
    said, named = linked.text.text, [mark for mark in linked.marks if mark.meanings]
    if len(named) != 1 or _ALL.search(said) or not (_WHICH.match(said) or _is_column(linked)):
        return False
    tree = plain_select(alone.sql, dialect) if alone.sql and alone.score >= SURE else None
    return tree is not None and _lists_everything(tree)


def _is_column(linked: Linked) -> bool:
    """Whether it is nothing but the name of a column."""
    alone = len(linked.marks) == 1 and linked.marks[0].last - linked.marks[0].first == len(linked.text.tokens)
    return alone and all(meant.kind == "column" for meant in linked.marks[0].meanings)


def _lists_everything(tree: exp.Select) -> bool:
    chosen = conjuncts(tree) or joins(tree) or tree.args.get("limit") or tree.args.get("having")
    return not chosen and not is_aggregated(tree)
