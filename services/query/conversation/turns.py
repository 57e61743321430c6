"""Reads the turns of a conversation before a question: its owner's alone, and none of one that was deleted."""

from dataclasses import dataclass

from libs.events.catalog import QuestionAsked
from libs.postgres.pool import Connection

_MOST = 200
_TURNS = """
SELECT asked ->> 'question' AS question, understood, outcome, sql, said, choices FROM questions AS q
WHERE asked ->> 'conversation_id' = $1 AND asked ->> 'who' = $2 AND asked ->> 'dataset_id' = $3
    AND asked ->> 'replays' IS NULL AND ((asked ->> 'asked_at')::timestamptz, question_id) < ($4, $5) AND NOT EXISTS (
        SELECT FROM deleted_conversations AS d WHERE d.conversation_id = $1 AND d.who = asked ->> 'who')
ORDER BY (asked ->> 'asked_at')::timestamptz DESC, question_id DESC LIMIT $6
"""


@dataclass(frozen=True)
class Turn:
    """A question and how it ended; `outcome` is None while it is being answered.

    `understood` is the whole question that was made of it; `said` and `choices` are of a clarification.
    """

    question: str
    understood: str
    outcome: str | None = None
    sql: str | None = None
    said: str = ""
    choices: tuple[str, ...] = ()


async def turns_before(connection: Connection, asked: QuestionAsked) -> tuple[Turn, ...]:
    """The turns before `asked`, oldest first; of a very long conversation the last 200."""
    rows = await connection.fetch(
        _TURNS, asked.conversation_id, asked.who, asked.dataset_id, asked.asked_at, asked.question_id, _MOST
    )
    return tuple(
        Turn(
            row["question"],
            row["understood"] or row["question"],
            row["outcome"],
            row["sql"],
            row["said"] or "",
            tuple(row["choices"] or ()),
        )
        for row in reversed(rows)
    )
