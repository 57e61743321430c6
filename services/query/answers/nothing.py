"""Says that nothing matches, with the conditions of a query where they can be said in a few words."""

from collections.abc import Iterator

import sqlglot
from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.language.catalogue import Language, text
from services.query.answers.wording import spoken

_SIGNS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "≠", exp.GT: ">", exp.GTE: "≥", exp.LT: "<", exp.LTE: "≤",
}  # fmt: skip


def nothing_matches(sql: str, dialect: Dialect, language: Language) -> str:
    """What is said of `sql`, which gave no rows; `sql` has passed the gate."""
    select = sqlglot.parse_one(sql, dialect=dialect)
    where = select.args.get("where")
    conditions = list(_conditions(where.this)) if where else []
    if not conditions or not all(conditions):
        return text("question.no_rows", language)
    return text("question.no_rows_where", language, conditions=(", " if language == "en" else "，").join(conditions))


def _conditions(condition: exp.Expr) -> Iterator[str]:
    """Each part that must hold, in words; an empty one for what takes more."""
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        column, value = part.args.get("this"), part.args.get("expression")
        if isinstance(column, exp.Column) and isinstance(value, exp.Literal) and type(part) in _SIGNS:
            yield f"{spoken(column.name)} {_SIGNS[type(part)]} {value.name}"
        else:
            yield ""
