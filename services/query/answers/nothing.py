"""Says that nothing was found, with the conditions of a query where they can be said in a few words."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlglot
from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.language.catalogue import Language, text
from services.query.answers.wording import spoken

_SIGNS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "≠", exp.GT: ">", exp.GTE: "≥", exp.LT: "<", exp.LTE: "≤",
}  # fmt: skip


def nothing_found(rows: Sequence[Sequence[Any]], sql: str, dialect: Dialect, language: Language) -> str:
    """What is said where `sql`, which has passed the gate, gave no rows, or computed something of no values."""
    if rows and any(cell is not None for cell in rows[0]):
        return ""
    select = sqlglot.parse_one(sql, dialect=dialect)
    if rows and not _is_of_all(select):
        return ""
    # Without rows nothing matches; the sum of no values does not tell whether there were rows.
    said = "question.no_value" if rows else "question.no_rows"
    where = select.args.get("where") if not select.args.get("having") else None
    conditions = list(_conditions(where.this)) if where else []
    if not conditions or not all(conditions):
        return text(said, language)
    return text(f"{said}_where", language, conditions=(", " if language == "en" else "，").join(conditions))


def _is_of_all(select: exp.Expr) -> bool:
    """Whether it computes one row of all that match."""
    return not select.args.get("group") and all(each.find(exp.AggFunc) for each in select.expressions)


def _conditions(condition: exp.Expr) -> Iterator[str]:
    """Each part that must hold, in words; an empty one for what takes more."""
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        column, value = part.args.get("this"), part.args.get("expression")
        if isinstance(column, exp.Column) and isinstance(value, exp.Literal) and type(part) in _SIGNS:
            yield f"{spoken(column.name)} {_SIGNS[type(part)]} {value.name}"
        else:
            yield ""
