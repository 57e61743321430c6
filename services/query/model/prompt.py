"""What a model is told: structure, joins, terms, nearest verified pairs, the question.

Where it is too much for the model's context window, the least relevant of each goes first.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libs.language.catalogue import Language, text
from services.query.composer.linking.link import Mark, link
from services.query.knowledge.schema import Pair, Scope, Table
from services.query.model.tokens import tokens_of

_TOKENS = 7_168
"""Of a window of 8,192, with an answer of 1,024."""
_SHARES = {"Joins:": 0.1, "Business terms:": 0.15, "Verified examples:": 0.25}
"""What tables leave to them of a prompt that is too long."""
_ENVELOPE = 32
"""Tokens that an endpoint puts round the two messages."""
_VALUES = 12
_WORD = re.compile(r"\w+")

SYSTEM = (
    "You write one SQL query that answers a question about a database. Answer with the SQL alone. Use only the tables "
    "and columns given. If the question cannot be answered from them, answer UNANSWERABLE. If it is unclear, answer "
    "with one short question back, in the language of the question, and no SQL. Write times that are told from today "
    "(last month, yesterday) with the database's own clock, as CURRENT_DATE, never as dates of your own."
)


class Prompt(str):
    """The user's message. `dropped` says how many lines of each section there was no room for, by its title.

    `pairs` are the item ids of the verified pairs in it.
    """

    dropped: Mapping[str, int]
    pairs: tuple[str, ...]

    def __new__(cls, message: str, dropped: Mapping[str, int], pairs: tuple[str, ...]) -> "Prompt":  # noqa: D102
        made = super().__new__(cls, message)
        made.dropped, made.pairs = dropped, pairs
        return made

    def shortened(self, language: Language) -> str | None:
        """What was left out, for people; None when nothing was."""
        if not any(self.dropped.values()):
            return None
        tables, joins, terms, examples = (self.dropped[title] for title in ("Tables:", *_SHARES))
        return text("model.shortened", language, tables=tables, joins=joins, terms=terms, examples=examples)


@dataclass(frozen=True)
class _Line:
    """Something that may be told; `short` is said instead where the whole has no room."""

    whole: str
    short: str | None = None


def prompt(
    question: str, known: Scope, failed: tuple[str, str] | None = None, tokens: int = _TOKENS, turns: str = ""
) -> Prompt:
    """The user's message; with the system's text (`SYSTEM`) it takes at most about `tokens`.

    The question always stays. `failed` is SQL that was tried before, with the database's reason against it; `turns` is
    the conversation until here.
    """
    parts = [f"Dialect: {known.schema.dialect}", *filter(None, [turns]), "Question: " + question]
    if failed:
        parts.append(f"This query failed:\n{failed[0]}\nReason: {failed[1]}\nWrite a corrected one.")
    left = tokens - _ENVELOPE - tokens_of(SYSTEM) - sum(_size(part) for part in parts)
    sections = _sections(question, known)
    kept = _fitting(sections, max(0, left))
    parts[1:1] = ["\n".join([title, *kept[title]]) for title in sections if kept[title]]
    dropped = {title: len(lines) - len(kept[title]) for title, lines in sections.items()}
    told = tuple(pair.item_id for pair in known.pairs if _example(pair) in kept["Verified examples:"])
    return Prompt("\n\n".join(parts), dropped, told)


def _sections(question: str, known: Scope) -> dict[str, list[_Line]]:
    """Title -> lines, the most relevant first."""
    marks = link(question, known.schema, known.terms).marks
    said_terms = {meant.term for mark in marks for meant in mark.meanings}
    tables = _relevance(marks, known)
    return {
        "Tables:": [
            _Line(_described(table), _named(table))
            for table in sorted(known.schema.tables, key=lambda table: -tables[table.name.lower()])
        ],
        "Joins:": [
            _Line(f"{e.source}.{e.source_col} = {e.target}.{e.target_col}")
            for e in sorted(known.schema.relations, key=lambda e: -tables[e.source.lower()] - tables[e.target.lower()])
        ],
        "Business terms:": [
            _Line(f"{term.term} ({', '.join(term.synonyms)}): {term.definition} {term.sql_expression or ''}")
            for term in sorted(known.terms, key=lambda term: term.term not in said_terms)
        ],
        "Verified examples:": [_Line(_example(pair)) for pair in known.told],
    }


def _relevance(marks: Iterable[Mark], known: Scope) -> dict[str, float]:
    """Lower-case name of a table -> how much speaks for it: what the question says, and the SQL of the near pairs."""
    found: defaultdict[str, float] = defaultdict(float)
    for mark in marks:
        # A phrase speaks for a table once, by the best of what it may mean there.
        best = {meant.table.lower(): meant.weight for meant in sorted(mark.meanings, key=lambda meant: meant.weight)}
        for table, weight in best.items():
            found[table] += weight
    for pair in known.pairs:
        for word in set(_WORD.findall(pair.sql.lower())):
            found[word] += pair.similarity
    return found


def _fitting(sections: dict[str, list[_Line]], tokens: int) -> dict[str, list[str]]:
    """What of each section is told within `tokens`.

    Tables get what the others leave, which keep their shares and what is free.
    """
    whole = {title: _size(title) + sum(_size(line.whole) for line in lines) for title, lines in sections.items()}
    kept: dict[str, list[str]] = {}
    for title, share in _SHARES.items():
        free = tokens - sum(whole.values()) + whole[title]
        kept[title], used = _first(title, sections[title], max(int(tokens * share), free))
        whole[title] = used
    left = tokens - sum(whole[title] for title in _SHARES)
    kept["Tables:"], _ = _first("Tables:", sections["Tables:"], left)
    return kept


def _first(title: str, lines: list[_Line], tokens: int) -> tuple[list[str], int]:
    """Those lines, in order, that fit into `tokens` together with the title; and what they take."""
    kept, used = [], _size(title)
    for line in lines:
        for form in filter(None, (line.whole, line.short)):
            if used + (size := _size(form)) <= tokens:
                kept.append(form)
                used += size
                break
    return kept, used if kept else 0


def _size(line: str) -> int:
    """With the line break after it, and an empty line."""
    return tokens_of(line) + 2


def _example(pair: Pair) -> str:
    return f"Q: {pair.question}\nSQL: {pair.sql}"


def _described(table: Table) -> str:
    columns = []
    for column in table.columns:
        values = f" one of {', '.join(column.values[:_VALUES])}" if column.values else ""
        comment = f" -- {column.comment}" if column.comment else ""
        columns.append(f"{column.name} {column.type}{values}{comment}")
    return f"{table.name}({'; '.join(columns)})" + (f" -- {table.comment}" if table.comment else "")


def _named(table: Table) -> str:
    return f"{table.name}({'; '.join(f'{column.name} {column.type}' for column in table.columns)})"
