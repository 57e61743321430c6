"""What a verdict is about, decided without clock, database or broker."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Judged:
    """The question and SQL that a verdict is about; `question_id` is of an answer that was given."""

    dataset_id: str
    question: str
    sql: str | None
    question_id: str | None = None


def decide_judged(
    answered: Judged | None, dataset_id: str | None, question: str | None, sql: str | None, corrected_sql: str | None
) -> Judged | None:
    """The answer that was given, with `sql` in place of its own; else the question and SQL of the person's own.

    None when neither names a question and SQL.
    """
    if answered:
        return Judged(answered.dataset_id, answered.question, sql or answered.sql, answered.question_id)
    if not (dataset_id and question and (sql or corrected_sql)):
        return None
    return Judged(dataset_id, question.strip(), sql)
