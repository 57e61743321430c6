"""How a question ends, whatever the end is."""

from dataclasses import asdict, dataclass, field
from typing import Any

from libs.events.catalog import Language, Outcome, Problem, ResultColumn, Sources
from libs.language.catalogue import sentences, text
from services.query.conversation.courtesy import Courtesy


@dataclass(frozen=True)
class Conclusion:
    """The content of an answer; `rows` only when it was answered.

    `understood` is the whole question that was made of one that goes on from others; `same_rows` is of a replay.
    """

    outcome: Outcome
    sql: str | None = None
    columns: tuple[ResultColumn, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    truncated: bool = False
    chart_type: str = "table"
    chart: dict[str, Any] | None = None
    insight: str = ""
    answer_text: str = ""
    choices: tuple[str, ...] = ()
    sources: Sources = field(default_factory=Sources)
    knowledge_version: int = 0
    cached: bool = False
    understood: str = ""
    same_rows: bool | None = None

    def to_cache(self) -> dict[str, Any]:
        """As plain values, for the cache of results."""
        return asdict(self) | {
            "columns": [column.model_dump() for column in self.columns],
            "sources": self.sources.model_dump(mode="json"),
        }

    @classmethod
    def from_cache(cls, body: dict[str, Any]) -> "Conclusion":
        """What `to_cache` gave."""
        values = body | {
            "columns": tuple(ResultColumn.model_validate(column) for column in body["columns"]),
            "rows": tuple(tuple(row) for row in body["rows"]),
            "choices": tuple(body["choices"]),
            "sources": Sources.model_validate(body["sources"]),
            "cached": True,
        }
        return cls(**values)


def unanswerable(key: str, language: Language, version: int = 0) -> Conclusion:
    """The dataset cannot answer anything yet."""
    return Conclusion("unanswerable", answer_text=text(key, language), knowledge_version=version)


def polite(courtesy: Courtesy, language: Language) -> Conclusion:
    """What is answered to thanks or a farewell."""
    return Conclusion("clarification", chart_type="clarification", answer_text=text(f"question.{courtesy}", language))


def not_caught_up(language: Language) -> Conclusion:
    """What the question needs is not known here in time; it may well be answered when it is asked again."""
    return Conclusion("timed_out", answer_text=text("question.not_caught_up", language))


def failed(problem: Problem, version: int = 0, sql: str | None = None) -> Conclusion:
    """Something went wrong that a person can do something about."""
    said = sentences(problem.detail, problem.hint)
    return Conclusion("failed", sql=sql, answer_text=said, knowledge_version=version)


def broken(language: Language) -> Conclusion:
    """Something went wrong inside; the log says what."""
    return Conclusion("failed", answer_text=text("question.broken", language))


def out_of_time(language: Language) -> Conclusion:
    """The time of the question does not suffice."""
    return Conclusion("timed_out", answer_text=text("question.timed_out", language))
