"""Finds whole queries in the parts of a model's answer: where they begin, where they end, what can be parsed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse
from services.query.model.segments import Segment

_DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgres", "mariadb")
_BEGIN = re.compile(r"(?<![A-Za-z\d_])(?:SELECT|WITH)(?![A-Za-z\d_])", re.IGNORECASE)  # also between Chinese
_CONTINUES = re.compile(r"\b(?:AS|ALL|UNION|EXCEPT|INTERSECT|DISTINCT|EXPLAIN|INTO \w{1,60})\Z", re.IGNORECASE)
_TOKEN = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|--[^\n]*|[;；]""")
_QUOTED = re.compile(r"""('[^']*'|"[^"]*"|`[^`]*`)""")
_CUT = re.compile(r"\n|[.。](?=\s|[一-鿿])")
_PROSE = re.compile(
    r"(?:SELECT|WITH)\b|[A-Z][a-z']|[IA] |[一-鿿]|[#>]|\*\*|[-*] [\w*`]|\d{1,2}[.)] |[^\W\d]\w{0,20}[:：](?!:)"
)
_TITLED = re.compile(
    r"(?:From|Where|Group|Order|Having|Limit|Join|Left|Right|Inner|Outer|Full|Cross|Natural|On|And|Or|Union|Except|"
    r"Intersect|Select|Offset|Fetch|Window|Case|When|Then|Else|End|In|Not|Between|Like|As|Using)\b"
)
_PUNCTUATION = str.maketrans("，；（）＝＞＜＊‘’“”　．", ",;()=><*''\"\" .")
_CLOSING = {"`": "`", '"': '"', "“": "”", "'": "'"}

_LONGEST = 20_000
_SHORTEST = 15
_MOST_BEGINNINGS = 40
_MOST_CUTS = 6
_MOST_PARSED = 40_000
"""Characters that may be parsed for one answer, as nothing else runs meanwhile."""
_HEAD = 80


@dataclass(frozen=True)
class _Query:
    sql: str
    reads: bool
    final: bool


@dataclass
class _Budget:
    characters: int = _MOST_PARSED


def best_query(segments: Iterable[Segment], asking_at: int | None) -> str | None:
    """The query that is most likely the answer: in code rather than in prose, and reading a table.

    Then the one that is called final, then the first. Prose that asks back, from `asking_at`, proposes none.
    """
    budget, parts = _Budget(), list(segments)
    for code in (True, False):
        found = [
            query
            for part in parts
            if part.code is code
            for query in _queries(part, budget, None if code or asking_at is None else asking_at - part.at)
        ]
        if found:
            return max(found, key=lambda query: (query.reads, query.final)).sql
    return None


def _queries(part: Segment, budget: _Budget, asking_at: int | None) -> Iterator[_Query]:
    end = 0
    for begin in islice(_beginnings(part), _MOST_BEGINNINGS):
        if asking_at is not None and begin > asking_at:
            return
        if begin < end:
            continue
        for candidate, must_read in _candidates(part, begin):
            sql = _tidy(candidate)
            reads = _reads(sql, budget)
            if reads or (reads is False and not must_read):
                yield _Query(sql, reads, part.final)
                end = begin + len(candidate)
                break


def _beginnings(part: Segment) -> Iterator[int]:
    """Where a statement may begin: not within another one, and in prose not with a verb of the sentence."""
    for word in _BEGIN.finditer(part.text):
        head = part.text[max(0, word.start() - _HEAD) : word.start()]
        before = head.rstrip(" \t\r\n(")
        brackets = "(" in head[len(before) :]
        if _CONTINUES.search(before) or (brackets and before and before[-1] not in ":：;；"):
            continue
        shouted = word[0].isupper()
        alone = not before or "\n" in head[len(before) :] or before[-1] in ":：;；。.>\"'`“"
        if part.code or shouted or alone:
            yield word.start() - (len(head) - len(before) if brackets else 0)
            if brackets:
                yield word.start()


def _candidates(part: Segment, begin: int) -> Iterator[tuple[str, bool]]:
    """What may be the statement, the likeliest first, and whether it counts only if it reads a table."""
    rest = part.text[begin : begin + _LONGEST]
    in_sentence = not part.code and bool(part.text[:begin].strip())
    closing = _CLOSING.get(part.text[begin - 1 : begin])
    if closing and (end := rest.find(closing)) > 0:
        yield rest[:end], in_sentence
    stop = next((token.start() for token in _TOKEN.finditer(rest) if token[0] in ";；"), len(rest))
    whole = rest[:stop]
    if part.code:
        yield whole, in_sentence
    titled = rest[1:2].islower() and rest[:1].isupper()
    # Cut only where prose goes on: a query without a condition that it had would be another one.
    for cut in islice(_CUT.finditer(whole), _MOST_CUTS * 10):
        after = whole[cut.start() : cut.start() + _HEAD].lstrip(".。 \t\r\n")
        before = whole[: cut.start()].rstrip()
        if _PROSE.match(after) and not _CONTINUES.search(before[-_HEAD:]) and not (titled and _TITLED.match(after)):
            yield before, True
    if not part.code:
        yield whole, in_sentence


def _tidy(candidate: str) -> str:
    """With SQL's punctuation in place of Chinese punctuation, but for what is quoted."""
    pieces = _QUOTED.split(candidate)
    pieces[::2] = [piece.translate(_PUNCTUATION) for piece in pieces[::2]]
    return "".join(pieces).strip().rstrip(";.。` \n\t")


def _reads(sql: str, budget: _Budget) -> bool | None:
    """Whether a query reads a table; None when it is no whole query."""
    if len(sql) < _SHORTEST:
        return None
    for dialect in _DIALECTS:
        if len(sql) > budget.characters:
            return None
        budget.characters -= len(sql)
        try:
            tree = parse(sql, dialect)
        except RefusedByGate as error:
            if error.refusal == "too_deep":
                budget.characters = 0  # finding that out takes long, and it will not be otherwise in another dialect
            continue
        if isinstance(tree, exp.Query):
            return tree.find(exp.Table) is not None
    return None
