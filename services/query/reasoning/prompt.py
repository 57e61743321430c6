"""What a model is told: structure, terms, nearest verified pairs, the question; the least relevant goes first."""

from collections.abc import Iterable

from services.query.reasoning.link import link
from services.query.reasoning.schema import Knowledge, Table

_CHARACTERS = 24_000
_SHARES = {"Tables:": 0.6, "Joins:": 0.1, "Business terms:": 0.15, "Verified examples:": 0.15}
"""How much of the room each section may take at first; what one leaves over, the tables get."""
_VALUES = 12

SYSTEM = (
    "You write one SQL query that answers a question about a database. Answer with the SQL alone. Use only the tables "
    "and columns given. If the question cannot be answered from them, answer UNANSWERABLE. If it is unclear, answer "
    "with one short question back, in the language of the question, and no SQL."
)


def prompt(question: str, known: Knowledge, failed: tuple[str, str] | None = None) -> str:
    """The user's message; `failed` is SQL that was tried before, with the database's reason against it."""
    opening = f"Dialect: {known.schema.dialect}"
    asked = ["Question: " + question]
    if failed:
        asked.append(f"This query failed:\n{failed[0]}\nReason: {failed[1]}\nWrite a corrected one.")
    tables = _by_relevance(question, known)
    order = {table.name: place for place, table in enumerate(tables)}
    relations = sorted(known.schema.relations, key=lambda edge: max(order[edge.source], order[edge.target]))
    sections = {
        "Tables:": [_described(table) for table in tables],
        "Joins:": [f"{e.source}.{e.source_col} = {e.target}.{e.target_col}" for e in relations],
        "Business terms:": [
            f"{term.term} ({', '.join(term.synonyms)}): {term.definition} {term.sql_expression or ''}"
            for term in sorted(known.terms, key=lambda term: term.term.casefold() not in question.casefold())
        ],
        "Verified examples:": [f"Q: {pair.question}\nSQL: {pair.sql}" for pair in known.pairs],
    }
    room = _CHARACTERS - len(opening) - sum(map(len, asked))
    kept = {title: _fitting(lines, room * _SHARES[title]) for title, lines in sections.items()}
    taken = sum(len(line) + 1 for title, lines in kept.items() if title != "Tables:" for line in lines)
    kept["Tables:"] = _fitting(sections["Tables:"], room - taken)
    told = ["\n".join([title, *lines]) for title, lines in kept.items() if lines]
    return "\n\n".join([opening, *told, *asked])


def _by_relevance(question: str, known: Knowledge) -> list[Table]:
    """The tables of the nearest pairs, then those that the question speaks of, then the rest."""
    linked = link(question, known.schema, known.terms)
    spoken_of = {meant.table for mark in linked.marks for meant in mark.meanings}
    near = " ".join(pair.sql.casefold() for pair in known.pairs)

    def rank(table: Table) -> tuple[bool, bool]:
        return (table.name not in spoken_of, table.name.casefold() not in near)

    return sorted(known.schema.tables, key=rank)


def _fitting(lines: Iterable[str], room: float) -> list[str]:
    """The first of `lines`, as many as fit into `room` characters; one that is too long for it is left out."""
    kept = []
    for line in lines:
        if len(line) + 1 <= room:
            room -= len(line) + 1
            kept.append(line)
    return kept


def _described(table: Table) -> str:
    columns = []
    for column in table.columns:
        values = f" one of {', '.join(column.values[:_VALUES])}" if column.values else ""
        comment = f" -- {column.comment}" if column.comment else ""
        columns.append(f"{column.name} {column.type}{values}{comment}")
    return f"{table.name}({'; '.join(columns)})" + (f" -- {table.comment}" if table.comment else "")
