"""Looks in the database for names that a question says and nothing learned explains, and tells what was found."""

import time

from libs.datasources.errors import DataSourceError
from libs.datasources.open import Limits
from libs.events.catalog import DataSourceSettings, QuestionAsked, Step, TableDescription
from libs.language.catalogue import text
from services.query.composer.linking.lookup import lookup_of, phrases_of, with_values
from services.query.knowledge.recall import Knowledge
from services.query.knowledge.schema import Scope
from services.query.questions.database import Database
from services.query.questions.steps import Steps

_LIMITS = Limits(rows=50, bytes=20_000, seconds=1.0)


async def with_looked_up(
    asked: QuestionAsked, known: Knowledge, scope: Scope, database: Database, steps: Steps
) -> Scope:
    """`scope` with the values that the database has of such names; as it is where nothing is found in time."""
    tables = [_open(table, known.database.settings) for table in known.tables]
    sql = lookup_of(phrases_of(asked.question, scope), tables, scope)
    if sql is None:
        return scope
    began = time.monotonic()
    try:
        ran = await database.look(sql, _LIMITS)
    except DataSourceError:
        return scope  # It was only to help: what cannot be looked for is asked back.
    if ran.rows.rows:
        found = ", ".join(dict.fromkeys(str(value) for _, value in ran.rows.rows))
        detail = text("question.step.looked_up", asked.language, values=found)
        milliseconds = (time.monotonic() - began) * 1000
        steps.add(Step(name="values", status="done", detail=detail, sql=ran.admitted.sql, milliseconds=milliseconds))
    return with_values(scope, tables, ran.rows.rows)


def _open(table: TableDescription, settings: DataSourceSettings) -> TableDescription:
    """Without the columns whose values are private: what is found becomes a choice, and a part of prompts."""
    columns = tuple(column for column in table.columns if settings.may_sample(table.name, column.name))
    return table.model_copy(update={"columns": columns})
