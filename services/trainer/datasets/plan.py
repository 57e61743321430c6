"""What is to be learned of a database, as items with an identity: the same database gives the same items again.

What changes by itself (row counts, measured confidence) is not in the identity, or an unchanged database would be
learned anew each time. Values are in no item: the structure of the database carries them, as long as they may be seen.
"""

from collections.abc import Iterable, Sequence

from libs.events.catalog import ColumnDescription, LearnedItem, Relation, TableDescription
from libs.knowledge.items import item_id, pair_id
from libs.knowledge.terms import Term

_TEXT_CHARACTERS = 4_000


def ddl_item(table: TableDescription) -> LearnedItem:
    """The structure of a table."""
    lasting = table.model_copy(
        update={
            "row_estimate": None,
            "columns": tuple(column.model_copy(update={"values": ()}) for column in table.columns),
        }
    )
    content = lasting.model_dump(mode="json")
    parts = [table.create_table, *_comments(table)]
    return LearnedItem(
        item_id=item_id("ddl", content),
        kind="ddl",
        text="\n".join(part for part in parts if part)[:_TEXT_CHARACTERS],
        tables=(table.name,),
        content=content,
    )


def document_item(table: TableDescription, relations: Iterable[Relation]) -> LearnedItem:
    """What a table is about, in a few sentences."""
    refers = sorted({edge.target for edge in relations if edge.source == table.name})
    columns = ", ".join(_column(column) for column in table.columns)
    about = f" {table.comment}." if table.comment else ""
    linked = f" It refers to {', '.join(refers)}." if refers else ""
    text = f"Table {table.name}.{about} Its columns: {columns}.{linked}"[:_TEXT_CHARACTERS]
    content = {"table": table.name, "text": text}
    return LearnedItem(
        item_id=item_id("document", content), kind="document", text=text, tables=(table.name,), content=content
    )


def relation_item(edge: Relation) -> LearnedItem:
    """How two tables relate."""
    identity = edge.model_dump(mode="json", exclude={"confidence"})
    text = f"{edge.source}.{edge.source_col} refers to {edge.target}.{edge.target_col} ({edge.type.replace('_', ' ')})"
    return LearnedItem(
        item_id=item_id("relation", identity),
        kind="relation",
        text=text,
        tables=(edge.source, edge.target),
        content=edge.model_dump(mode="json"),
    )


def term_item(term: Term) -> LearnedItem:
    """What a business term means."""
    content = {
        "term_id": term.term_id,
        "term": term.term,
        "definition": term.definition,
        "synonyms": list(term.synonyms),
        "sql_expression": term.sql_expression,
    }
    also = f" ({', '.join(term.synonyms)})" if term.synonyms else ""
    meaning = f": {term.definition}" if term.definition else ""
    expression = f" [{term.sql_expression}]" if term.sql_expression else ""
    text = f"{term.term}{also}{meaning}{expression}"[:_TEXT_CHARACTERS]
    return LearnedItem(item_id=item_id("term", content), kind="term", text=text, content=content)


def pair_item(question: str, sql: str, tables: Sequence[str]) -> LearnedItem:
    """A question with the SQL that answers it."""
    return LearnedItem(
        item_id=pair_id(question, sql),
        kind="pair",
        text=question,
        question=question,
        sql=sql,
        tables=tuple(sorted(set(tables))),
    )


def _comments(table: TableDescription) -> list[str]:
    own = [f"-- {table.name}: {table.comment}"] if table.comment else []
    return own + [f"-- {column.name}: {column.comment}" for column in table.columns if column.comment]


def _column(column: ColumnDescription) -> str:
    return f"{column.name} ({column.comment})" if column.comment else column.name
