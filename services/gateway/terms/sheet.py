"""Business terms as rows of a sheet, both ways.

Synonyms are in one cell, separated by semicolons; a backslash before a semicolon or a backslash means that character.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.events.catalog import BusinessTermChanged
from libs.knowledge.expression import unknown_names
from services.gateway.files.lines import WrongLine, check_given, check_text
from services.gateway.files.sheet import Row, read_sheet, write_sheet
from services.gateway.terms.limits import LINES, LONG, NAME, SYNONYMS

_Tables = Mapping[str, Collection[str]]

COLUMNS = ("term", "definition", "synonyms", "sql_expression")
_SYNONYM = re.compile(r"(?:\\[\\;]|[^;])+")
_ESCAPED = re.compile(r"\\([\\;])")


@dataclass(frozen=True)
class TermRow:
    """A term as a line of a file gives it; a column that the file does not have is not in `given`."""

    line: int
    given: dict[str, Any]


def sheet_of(terms: Iterable[Mapping[str, Any]]) -> bytes:
    """The states of terms as a CSV file."""
    return write_sheet(COLUMNS, ([_cell(term[name]) for name in COLUMNS] for term in terms))


def terms_in(text: str, dialect: Dialect, tables: _Tables | None) -> tuple[list[TermRow], list[WrongLine]]:
    """The terms of a CSV file and what is wrong with its lines. Parsing thousands of expressions takes seconds.

    `tables` are the names of the dataset's tables with the names of their columns, once they are known.
    """
    rows, wrong = read_sheet(text, COLUMNS, ("term",))
    if len(rows) > LINES:
        return [], [WrongLine(rows[LINES].line, "", "too_many", {"most": LINES})]
    terms = [TermRow(row.line, _values(row)) for row in rows]
    return terms, wrong + [each for term in terms for each in _check(term, dialect, tables)]


def as_written(term: BusinessTermChanged) -> dict[str, Any]:
    """The fields of a term as they come back from a file: without spaces around them, and what is empty left out."""
    return {
        "term": term.term.strip(),
        "definition": term.definition.strip(),
        "synonyms": [synonym.strip() for synonym in term.synonyms if synonym.strip()],
        "sql_expression": (term.sql_expression or "").strip() or None,
    }


def _cell(value: str | list[str] | None) -> str:
    if isinstance(value, list):
        return ";".join(synonym.replace("\\", "\\\\").replace(";", "\\;") for synonym in value)
    return value or ""


def _values(row: Row) -> dict[str, Any]:
    given: dict[str, Any] = dict(row.cells)
    if "synonyms" in given:
        found = (_ESCAPED.sub(r"\1", synonym).strip() for synonym in _SYNONYM.findall(given["synonyms"]))
        given["synonyms"] = [synonym for synonym in found if synonym]
    if "sql_expression" in given:
        given["sql_expression"] = given["sql_expression"] or None
    return given


def _check(term: TermRow, dialect: Dialect, tables: _Tables | None) -> list[WrongLine]:
    line, given = term.line, term.given
    wrong = check_given(line, "term", given["term"], NAME)
    wrong += check_text(line, "definition", given.get("definition", ""), LONG)
    for synonym in given.get("synonyms", ()):
        wrong += check_text(line, "synonyms", synonym, NAME)
    if len(given.get("synonyms", ())) > SYNONYMS:
        wrong.append(WrongLine(line, "synonyms", "too_many_synonyms", {"most": SYNONYMS}))
    expression = given.get("sql_expression") or ""
    if not expression:
        return wrong
    too_long = check_text(line, "sql_expression", expression, LONG)
    return wrong + (too_long or _check_sql(line, expression, dialect, tables))


def _check_sql(line: int, expression: str, dialect: Dialect, tables: _Tables | None) -> list[WrongLine]:
    try:
        unknown = unknown_names(expression, dialect, tables)
    except RefusedByGate as error:
        return [WrongLine(line, "sql_expression", "sql_expression", {"why": error.why})]
    return [WrongLine(line, "sql_expression", "unknown", {"names": ", ".join(unknown)})] if unknown else []
