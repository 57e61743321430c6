"""What people call the tables and columns of a database, in English and Chinese: by its terms, comments and names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from libs.events.catalog import ColumnDescription, TableDescription
from libs.knowledge.terms import Term
from libs.language.catalogue import Language, language_of

_LONGEST = 20
"""Of a comment that is a name, in characters."""
_CODE = re.compile(r"_(cd|code)$", re.IGNORECASE)
_ALIKE = frozenset(
    {"staff", "people", "personnel", "equipment", "data", "information", "news", "stock", "inventory", "weather"}
)
"""Words that are not said otherwise of many."""


@dataclass(frozen=True)
class Names:
    """The names of things that people may have written terms for."""

    terms: Sequence[Term]

    def of_table(self, table: TableDescription, language: Language) -> str:
        """Its rows, as many: bookings, 订单."""
        own = [term for term in self.terms if _means(term, table.name)]
        called = _spoken(own, table.comment, language)
        return called or (_many(table.name.replace("_", " ")) if language == "en" else table.name)

    def of_column(self, table: TableDescription, column: ColumnDescription, language: Language) -> str:
        """What it says of a row: status, 状态."""
        own = [term for term in self.terms if (term.sql_expression or "").lower() == _whole(table, column)]
        called = _spoken(own, column.comment, language)
        name = _CODE.sub("", column.name)
        return called or (name.replace("_", " ") if language == "en" else name)


def _spoken(terms: Sequence[Term], comment: str | None, language: Language) -> str | None:
    """A short comment in a language, else a term or a synonym in it."""
    said = (comment or "").strip()
    if said and len(said) <= _LONGEST and language_of(said) == language:
        return said
    return next((name for name in _names(terms) if language == "zh" and language_of(name) == language), None)


def _names(terms: Sequence[Term]) -> Iterator[str]:
    for term in terms:
        yield from (term.term, *term.synonyms)


def _means(term: Term, table: str) -> bool:
    """Whether a term is just another name of a table."""
    said = (term.sql_expression,) if term.sql_expression else (term.term, term.definition)
    return any((name or "").strip().lower() == table.lower() for name in said)


def _whole(table: TableDescription, column: ColumnDescription) -> str:
    return f"{table.name}.{column.name}".lower()


def _many(name: str) -> str:
    """`lecturers` for lecturer."""
    last = name.rpartition(" ")[2].lower()
    if last in _ALIKE or last.endswith(("s", "ing")) or not last.isascii() or not last.isalpha():
        return name
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if last.endswith(("ch", "sh", "x", "z")) else f"{name}s"
