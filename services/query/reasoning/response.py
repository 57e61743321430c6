"""Reads what a model answered: a query, a wish to see values first, a question back, that it cannot be, or nothing.

Every pattern that is searched for has a bounded length, so that reading takes time in proportion to the answer.
"""

import re
from dataclasses import dataclass

from services.query.model.clean import ASKING, plain, sql_of

MARKER = "intermediate_sql"
_LONGEST_QUESTION = 500
_FENCE = "```"
_MARKED = re.compile(MARKER, re.IGNORECASE)
_EMPTY_FENCE = re.compile(r"```\w{0,20}\s{0,20}(?:```|$)")
_COMMENT = re.compile(r"--|/\*")
_BEGINS_SQL = re.compile(r"\W{0,40}(?:sql\s{1,20})?(?:SELECT|WITH)\b", re.IGNORECASE)
_DISTINCT = re.compile(r"\bSELECT\s{1,20}DISTINCT\b", re.IGNORECASE)
_END = re.compile(r";|\n\n")
_SELECTS = re.compile(r"[\s(]{0,20}SELECT\b(\s{1,20}(?:[\d'\"(]|\w{1,60}\())?", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)
_NAMES = re.compile(r"\bAS\s{0,20}(?:(?:NOT\s{1,20})?MATERIALIZED\s{0,20})?\(\s{0,20}SELECT\b", re.IGNORECASE)
_UNCERTAIN = re.compile(
    r"不确定|不清楚|不明确|不知道|无法确定|难以确定|尚不清楚|需要先|首先需要|先查询|先查看|先看|先确认|先了解|可能是|也许|或许|取决于"
    r"|\b(?:not (?:sure|certain|clear|known)|unsure|uncertain|unclear|ambiguous|unknown|(?:do not|don't) know"
    r"|need to (?:know|see|check|look|confirm)|first,? (?:check|look|see|find|let me)|let me (?:first )?(?:check|look)"
    r"|might|may be|maybe|perhaps|possibly|depends on)\b",
    re.IGNORECASE,
)
_CLARIFYING = re.compile(
    rf"{ASKING.pattern}|请(?:先|您|你)(?:明确|说明|确认|提供)|请(?:先|您|你)?(?:指定|补充|澄清|选择|告知|告诉)"
    r"|你是指|指的是哪|需要(?:更多|进一步|您|你)|更多信息|更多细节|想(?:查询|了解|统计|看)(?:哪|什么)|如何定义"
    r"|(?:还是|哪(?:个|些|一|种|段|年|类)|什么)[^?？\n]{0,200}[?？]"
    r"|\b(?:please (?:provide|choose|tell|explain)|(?:can|would) you|do you want|did you mean"
    r"|what (?:do|does|is|counts|exactly)\b[^?\n]{0,200}\?"
    r"|(?:more|further) (?:information|details?|context)|clarif(?:y|ication)|be more specific)",
    re.IGNORECASE,
)
_LACKING = re.compile(
    r"(?<!我的)(?:数据库|数据集|表|模式)(?:结构)?(?:中|里)?(?:都)?"
    r"(?:没有(?!任何访问|直接|访问|权限|连接|提供)|不存在|不包含|并未包含)"
    r"|(?<!\bmy )(?<!training )\b(?:tables?|columns?|schemas?|database|dataset|data)\b"
    r"(?:(?!\b(?:I|we|you)\b)[^.?!\n]){0,60}"
    r"\b(?:(?:does|do)(?: not|n't) (?:contain|hold|have|include)|(?:has|have|holds?|contains?|includes?) no)\b"
    r"(?! (?:\w{1,20} )?(?:access|permission))",
    re.IGNORECASE,
)
"""Told of the database."""
_GIVES_UP = re.compile(
    r"(?:无法|不能)(?:回答|得出|查询到)|\bcan(?:not|'t| not) be answered\b"
    r"|\bno (?:such |relevant |matching )?(?:tables?|columns?|data|information)\b",
    re.IGNORECASE,
)
_OF_ITSELF = re.compile(
    r"\b(?:I|we) (?:\w{1,20} ){0,3}no\b|\baccess\b|\bas an? (?:AI|(?:large )?language model|assistant)\b"
    r"|我(?:是|无法|不能|没有|没法)|作为[^。，,\n]{0,8}(?:AI|人工智能|模型|助手)|访问|连接|权限",
    re.IGNORECASE,
)
"""Told of what the model itself may do: it knows nothing of the database then, which says nothing about it."""


@dataclass(frozen=True)
class Query:
    """SQL that is meant to be the answer."""

    sql: str


@dataclass(frozen=True)
class AsksBack:
    """A question back; `said` is empty where only a beginning of SQL came."""

    said: str = ""


@dataclass(frozen=True)
class Impossible:
    """The database does not hold what is asked for."""


@dataclass(frozen=True)
class Nonsense:
    """Nothing of use."""


@dataclass(frozen=True)
class LookFirst:
    """SQL whose values are wanted before the answer's SQL; `otherwise` is what the response says without it.

    `marked` tells a wish that is said from one that only doubt implies.
    """

    sql: str
    otherwise: "Plain"
    marked: bool = True


Plain = Query | AsksBack | Impossible | Nonsense
Response = Plain | LookFirst


def read(text: str) -> Response:
    """What `text`, a model's whole answer, means."""
    said = plain(text).strip()
    if marked := _marked(said):
        return marked
    sql = _whole(said)
    return _implied(said, sql or _bare(said)) or _without_wish(said, sql)


def _marked(said: str) -> LookFirst | None:
    """The marker, with the SQL after it."""
    marker = _MARKED.search(said)
    if marker is None:
        return None
    before, after = said[: marker.start()], said[marker.end() :]
    sql = _whole(after.partition(_FENCE)[0]) or _whole(after)
    if sql is None:
        return None
    between, _, rest = after.partition(sql)
    besides = _EMPTY_FENCE.sub("", f"{before.rstrip().removesuffix('--')}{between}{rest.lstrip().removeprefix(';')}")
    otherwise = _without_wish(besides, _whole(besides))
    return LookFirst(sql, Nonsense() if otherwise == Query(sql) else otherwise)


def _implied(said: str, sql: str | None) -> LookFirst | None:
    """Words of doubt beside a query for distinct values."""
    if sql is None or not _DISTINCT.match(sql):
        return None
    prose = said.replace(sql, "", 1)
    if not _UNCERTAIN.search(prose):
        return None
    return LookFirst(sql, AsksBack(_prose(prose)) if _CLARIFYING.search(prose) else Nonsense(), marked=False)


def _bare(said: str) -> str | None:
    """SQL that stands open in a question back, where it is not taken for the answer."""
    begin = _DISTINCT.search(said)
    return _whole(_END.split(said[begin.start() :], maxsplit=1)[0]) if begin else None


def _whole(said: str) -> str | None:
    """The SQL in it, if it is built like SQL: prose has a `with` and a `select` too."""
    sql = sql_of(said)
    return sql if sql and _is_built(sql) else None


def _is_built(sql: str) -> bool:
    selects = _SELECTS.match(sql)
    return bool((selects[1] or _FROM.search(sql)) if selects else _NAMES.search(sql))


def _without_wish(said: str, sql: str | None) -> Plain:
    """What it means beside a wish to see values; `sql` is the query in it."""
    if sql:
        return Query(sql)
    if "UNANSWERABLE" in said.upper():
        return Impossible()
    if _BEGINS_SQL.match(_without_comments(said.replace(_FENCE, "")).lstrip()):
        return AsksBack()
    if _CLARIFYING.search(said):
        return AsksBack(_prose(said))
    lacking = _LACKING.search(said) or (_GIVES_UP.search(said) and not _OF_ITSELF.search(said))
    return Impossible() if lacking else Nonsense()


def _without_comments(said: str) -> str:
    """SQL without its comments; one that never closes goes on to the end."""
    kept, at = [], 0
    while comment := _COMMENT.search(said, at):
        kept.append(said[at : comment.start()])
        close = "\n" if comment[0] == "--" else "*/"
        end = said.find(close, comment.end())
        if end < 0:
            return "".join(kept)
        at = end + len(close)
    return "".join([*kept, said[at:]])


def _prose(said: str) -> str:
    return _EMPTY_FENCE.sub("", said).strip()[:_LONGEST_QUESTION]
