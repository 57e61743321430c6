"""What a model is told: structure, terms, nearest verified pairs, the question; the least relevant goes first."""

from services.query.reasoning.schema import Knowledge, Table

_CHARACTERS = 24_000
_VALUES = 12

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
    pairs = [f"Q: {pair.question}\nSQL: {pair.sql}" for pair in known.pairs]
    terms = [
        f"{term.term} ({', '.join(term.synonyms)}): {term.definition} {term.sql_expression or ''}"
        for term in known.terms
    ]
    relations = [f"{e.source}.{e.source_col} = {e.target}.{e.target_col}" for e in known.schema.relations]
    left = _CHARACTERS - sum(map(len, parts))
    for title, lines in (
        ("Tables:", [_described(table) for table in known.schema.tables]),
        ("Joins:", relations),
        ("Business terms:", terms),
        ("Verified examples:", pairs),
    ):
        kept = []
        for line in lines:
            left -= len(line) + 1
            if left < 0:
                break
            kept.append(line)
        if kept:
            parts.insert(-1, "\n".join([title, *kept]))
    return "\n\n".join(parts)


def _described(table: Table) -> str:
    columns = []
    for column in table.columns:
        values = f" one of {', '.join(column.values[:_VALUES])}" if column.values else ""
        comment = f" -- {column.comment}" if column.comment else ""
        columns.append(f"{column.name} {column.type}{values}{comment}")
    return f"{table.name}({'; '.join(columns)})" + (f" -- {table.comment}" if table.comment else "")
