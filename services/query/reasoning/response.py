"""Reads what a model answered: a query, a wish to see values first, a question back, that it cannot be, or nothing."""

import re
from dataclasses import dataclass

from services.query.model.clean import says_unanswerable, sql_of

MARKER = "intermediate_sql"
_MOST_CHARACTERS = 50_000
_LONGEST_QUESTION = 500
_FENCE = "```"
_THOUGHTS = re.compile(r"<(think(?:ing)?)>.*?(?:</\1>|$)", re.DOTALL | re.IGNORECASE)
_EMPTY_FENCE = re.compile(r"```\w*\s*(?:```|$)")
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_DISTINCT = re.compile(r"\s*SELECT\s+DISTINCT\b", re.IGNORECASE)
_BUILT = re.compile(
    r"SELECT\b.*\bFROM\b|SELECT\s+(?:[\d'\"(]|\w+\()|WITH\s.*?\bAS\s*(?:NOT\s+MATERIALIZED\s*|MATERIALIZED\s*)?\(\s*SELECT\b",
    re.DOTALL | re.IGNORECASE,
)
_BEGINS_SQL = re.compile(r"^\W*(?:sql\s+)?(?:SELECT|WITH)\b", re.IGNORECASE)
_UNCERTAIN = re.compile(
    r"不确定|不清楚|不明确|不知道|无法确定|难以确定|尚不清楚|需要先|首先需要|先查询|先查看|先看|先确认|先了解|可能是|也许|或许|取决于"
    r"|\b(?:not (?:sure|certain|clear|known)|unsure|uncertain|unclear|ambiguous|unknown|(?:do not|don't) know"
    r"|need to (?:know|see|check|look|confirm)|first,? (?:check|look|see|find|let me)|let me (?:first )?(?:check|look)"
    r"|might|may be|maybe|perhaps|possibly|depends on)\b",
    re.IGNORECASE,
)
_CLARIFYING = re.compile(
    r"请问|请(?:先|您|你)?(?:明确|说明|确认|提供|指定|补充|澄清|选择|告知|告诉)|您是指|你是指|是指哪|指的是哪|需要(?:更多|进一步|您|你)|更多信息|更多细节"
    r"|想(?:查询|了解|统计|看)(?:哪|什么)|还是.*[？?]|哪(?:个|些|一|种|段|年|类).*[？?]|什么.*[？?]|如何定义"
    r"|\b(?:please (?:specify|clarify|confirm|provide|choose|tell|explain)|(?:could|can|would) you|do you (?:mean|want)"
    r"|did you mean|which (?:one|of|[a-z]+)\b.*\?|what (?:do|does|is|counts|exactly)\b.*\?"
    r"|(?:more|further) (?:information|details?|context)|clarif(?:y|ication)|be more specific)",
    re.IGNORECASE,
)
_IMPOSSIBLE = re.compile(
    r"(?:无法|不能)(?:回答|得出|查询到)|(?:数据库|数据集|表|模式)(?:结构)?(?:中|里)?(?:都)?(?:没有|不存在|不包含|并未包含)"
    r"|\bcan(?:not|'t| not) be answered|\bno (?:such |relevant |matching )?(?:tables?|columns?|data|information)\b"
    r"|\b(?:does not|doesn't|do not) (?:contain|hold|have|include)\b",
    re.IGNORECASE,
)


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
    said = _THOUGHTS.sub("", text[:_MOST_CHARACTERS]).strip()
    return _marked(said) or _implied(said) or _plain(said)


def _marked(said: str) -> LookFirst | None:
    """The marker, with the SQL after it."""
    at = said.lower().find(MARKER)
    if at < 0:
        return None
    before, after = said[:at], said[at + len(MARKER) :]
    sql = _whole(after.partition(_FENCE)[0]) or _whole(after)
    if sql is None:
        return None
    between, _, rest = after.partition(sql)
    besides = f"{before.rstrip().removesuffix('--')}{between}{rest.lstrip().removeprefix(';')}"
    otherwise = _plain(_EMPTY_FENCE.sub("", besides))
    return LookFirst(sql, Nonsense() if otherwise == Query(sql) else otherwise)


def _implied(said: str) -> LookFirst | None:
    """Words of doubt beside a query for distinct values."""
    sql = _whole(said) or _bare(said)
    if sql is None or not _DISTINCT.match(sql):
        return None
    prose = said.replace(sql, "", 1)
    if not _UNCERTAIN.search(prose):
        return None
    return LookFirst(sql, AsksBack(_prose(prose)) if _CLARIFYING.search(prose) else Nonsense(), marked=False)


def _bare(said: str) -> str | None:
    """SQL that stands open in a question back, where it is not taken for the answer."""
    begin = re.search(r"\bSELECT\s+DISTINCT\b[^;\n]*(?:\n(?!\n)[^;\n]*)*", said, re.IGNORECASE)
    return _whole(begin[0]) if begin else None


def _whole(said: str) -> str | None:
    """The SQL in it, if it is built like SQL: prose has a `with` and a `select` too."""
    sql = sql_of(said)
    return sql if sql and _BUILT.match(sql) else None


def _plain(said: str) -> Plain:
    if says_unanswerable(said):
        return Impossible()
    if sql := _whole(said):
        return Query(sql)
    if _BEGINS_SQL.match(_COMMENTS.sub("", said.replace(_FENCE, ""))):
        return AsksBack()
    if _CLARIFYING.search(said):
        return AsksBack(_prose(said))
    return Impossible() if _IMPOSSIBLE.search(said) else Nonsense()


def _prose(said: str) -> str:
    return _EMPTY_FENCE.sub("", said).strip()[:_LONGEST_QUESTION]
