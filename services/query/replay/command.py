"""The command: shows an old answer and the new one side by side."""

import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from libs.events.command import Refused
from services.query.questions.conclusion import Conclusion
from services.query.replay.again import Replay
from services.query.replay.as_of import NeverReached
from services.query.replay.before import Answer, answer_of, same_rows

_SAME = {
    True: "Both statements give the same rows today.",
    False: "The two statements give different rows today.",
    None: "Whether both give the same rows cannot be told: one does not run today, or gives too many.",
}

_SHOWN = {"outcome": "outcome", "sql": "SQL", "answer_text": "said", "knowledge_version": "knowledge version"}


def describe(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = "Ask an old question again; nobody is told of it, and nothing is kept."
    parser.add_argument("--question", required=True, metavar="ID", help="the question, which was answered once")
    parser.add_argument("--as-of", type=version_or_time, metavar="VERSION",
                        help="a knowledge version, or a time such as 2026-11-21T10:00Z: answer with what was known "
                        "then, instead of today")  # fmt: skip


def version_or_time(given: str) -> int | datetime:
    """A knowledge version, or a time: in UTC unless it names a zone."""
    if given.isdecimal():
        return int(given)
    try:
        time = datetime.fromisoformat(given)
    except ValueError:
        raise ArgumentTypeError(f"{given!r} is neither a version nor a time such as 2026-11-21T10:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


async def replay(replaying: Replay, given: Namespace) -> dict[str, Any]:
    """Ask the question again and show both answers; raises `Refused`."""
    before = await answer_of(replaying.service.pool, given.question)
    if before is None:
        raise Refused(
            f"there is no question {given.question} that was answered: the id is `question_id` of an answer over HTTP, "
            "or of QuestionAnswered in the log"
        )
    try:
        after = await (
            replaying.today(before.asked) if given.as_of is None else replaying.earlier(before.asked, given.as_of)
        )
    except NeverReached as error:
        raise Refused(
            f"this dataset never had the knowledge version {given.as_of}; its newest is {error.newest}"
        ) from None
    ends = time.monotonic() + replaying.service.settings.answer_seconds
    same = await same_rows(replaying.finder, before.asked, before.sql, after.sql, ends)
    told = {
        "question_id": given.question,
        "question": before.asked.question,
        "before": _told(before) | {"answered_at": before.answered_at},
        "after": _told(after),
        "same_rows": same,
    }
    _show(told)
    return told


def _told(answer: Answer | Conclusion) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in _SHOWN}


def _show(told: dict[str, Any]) -> None:
    columns = [Column(name, overflow="fold") for name in ("", "before", "again")]
    table = Table(*columns, title=told["question"], title_justify="left", show_lines=True)
    before, after = told["before"], told["after"]
    for field, name in _SHOWN.items():
        table.add_row(name, *("" if side[field] is None else str(side[field]) for side in (before, after)))
    console = Console(stderr=True, markup=False)
    console.print(table)
    if before["sql"] and after["sql"]:
        console.print(_SAME[told["same_rows"]])
