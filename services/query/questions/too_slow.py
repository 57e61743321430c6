"""What is said of a query that takes too long: that it was cancelled, and how to ask for less."""

import re

from libs.events.catalog import Language, Step
from libs.language.catalogue import Phrase, text
from services.query.knowledge.schema import Schema
from services.query.questions.conclusion import Conclusion

_VALUES = 3
_WORD = re.compile(r"\w+")


def too_slow(sql: str, language: Language, schema: Schema) -> Conclusion:
    """The conclusion that proposes less than `sql` asks for."""
    proposal, values = _narrower(sql, schema)
    said = text("question.too_slow", language, proposal=proposal)
    return Conclusion("timed_out", sql=sql, answer_text=said, choices=values)


def overran_step(sql: str, language: Language) -> Step:
    """Tells that SQL was cancelled."""
    return Step(name="run", status="failed", detail=text("question.step.overran", language), sql=sql)


def _narrower(sql: str, schema: Schema) -> tuple[Phrase, tuple[str, ...]]:
    """A period of a date that the query's tables have, or one value of a column that has few, with such values."""
    words = {word.lower() for word in _WORD.findall(sql)}
    tables = [table for table in schema.tables if table.name.lower() in words]
    columns = [(f"{table.name}.{column.name}", column) for table in tables for column in table.columns]
    for name, column in columns:
        if column.holds_dates:
            return Phrase("question.narrower.period", {"column": name}), ()
    for name, column in columns:
        if len(column.values) > 1:
            values = column.values[:_VALUES]
            return Phrase("question.narrower.value", {"column": name, "values": ", ".join(values)}), values
    return Phrase("question.narrower.any"), ()
