"""What a model is told: structure, joins, terms, nearest verified pairs, the question.

Where it is too much, the least relevant of each goes first.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from services.query.composer.linking.link import Mark, link
from services.query.knowledge.schema import Knowledge, Table

_CHARACTERS = 24_000
_SHARES = {"Joins:": 0.1, "Business terms:": 0.15, "Verified examples:": 0.25}
"""What tables leave to them of a prompt that is too long."""
_VALUES = 12
_WORD = re.compile(r"\w+")

SYSTEM = (
    "You write one SQL query that answers a question about a database. Answer with the SQL alone. Use only the tables "
    "and columns given. If the question cannot be answered from them, answer UNANSWERABLE. If it is unclear, answer "
    "with one short question back, in the language of the question, and no SQL."
)


def prompt(question: str, known: Knowledge, failed: tuple[str, str] | None = None) -> str:
    """The user's message; `failed` is SQL that was tried before, with the database's reason against it."""
    parts = [f"Dialect: {known.schema.dialect}", "Question: " + question]
    if failed:
        parts.append(f"This query failed:\n{failed[0]}\nReason: {failed[1]}\nWrite a corrected one.")
    left = _CHARACTERS - sum(map(_length, parts))
    parts[1:1] = _fitting(_sections(question, known), left)
    return "\n\n".join(parts)


def _sections(question: str, known: Knowledge) -> dict[str, list[str]]:
    """Title -> lines, the most relevant first."""
    marks = link(question, known.schema, known.terms).marks
    said_terms = {meant.term for mark in marks for meant in mark.meanings}
    tables = _relevance(marks, known)
    return {
        "Tables:": [
            _described(table) for table in sorted(known.schema.tables, key=lambda table: -tables[table.name.lower()])
        ],
        "Joins:": [
            f"{e.source}.{e.source_col} = {e.target}.{e.target_col}"
            for e in sorted(known.schema.relations, key=lambda e: -tables[e.source.lower()] - tables[e.target.lower()])
        ],
        "Business terms:": [
            f"{term.term} ({', '.join(term.synonyms)}): {term.definition} {term.sql_expression or ''}"
            for term in sorted(known.terms, key=lambda term: term.term not in said_terms)
        ],
        "Verified examples:": [f"Q: {pair.question}\nSQL: {pair.sql}" for pair in known.pairs],
    }


def _relevance(marks: Iterable[Mark], known: Knowledge) -> dict[str, float]:
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


def _fitting(sections: dict[str, list[str]], characters: int) -> list[str]:
    """The sections within `characters`: tables get what the others leave, which keep their shares and what is free."""
    whole = {title: _length(_section(title, lines)) for title, lines in sections.items()}
    kept: dict[str, str] = {}
    for title, share in _SHARES.items():
        free = characters - sum(whole.values()) + whole[title]
        kept[title] = _section(title, sections[title], max(int(characters * share), free))
    left = characters - sum(map(_length, kept.values()))
    kept["Tables:"] = _section("Tables:", sections["Tables:"], left)
    return [kept[title] for title in sections if kept[title]]


def _section(title: str, lines: list[str], characters: int | None = None) -> str:
    """The title with those lines that fit into `characters`; empty when none does."""
    kept, used = [], _length(title)
    for line in lines:
        if characters is None or used + len(line) + 1 <= characters:
            kept.append(line)
            used += len(line) + 1
    return "\n".join([title, *kept]) if kept else ""


def _length(part: str) -> int:
    """With the empty line after it."""
    return len(part) + 2 if part else 0


def _described(table: Table) -> str:
    columns = []
    for column in table.columns:
        values = f" one of {', '.join(column.values[:_VALUES])}" if column.values else ""
        comment = f" -- {column.comment}" if column.comment else ""
        columns.append(f"{column.name} {column.type}{values}{comment}")
    return f"{table.name}({'; '.join(columns)})" + (f" -- {table.comment}" if table.comment else "")
