"""A model that repeats what it was told, whole or in part, has not answered with the SQL that stands there."""

import pytest

from libs.datasources.errors import QueryFailed
from libs.datasources.gate import admit
from libs.datasources.run import Rows
from services.query.knowledge.schema import Column, Pair, Schema, Scope, Table
from services.query.model.echo import without_echo
from services.query.questions.database import Ran
from services.query.reasoning.decide import AskAgain, AskModel, Correct
from services.query.reasoning.messages import messages
from services.query.reasoning.response import Nonsense, Query, read
from services.query.reasoning.state import Failure

FAILED = "SELECT city, bad\nFROM people\nWHERE age > 3"
EXAMPLE = "SELECT COUNT(*)\nFROM people"
GOOD = "SELECT city, age\nFROM people\nWHERE age > 3"
LOOKED = "SELECT DISTINCT city FROM people"
TURNS = "Conversation so far, oldest first:\nQ: How old?\nA (answered): SELECT age FROM people"
KNOWN = Scope(
    Schema((Table("people", (Column("city", "text"), Column("age", "int"))),), (), "sqlite"),
    (), (Pair("How many are there?", EXAMPLE, 0.9, "p"),),
)  # fmt: skip
COMMANDS: dict[str, AskModel | AskAgain | Correct] = {
    "first": AskModel(),
    "second": AskAgain(Ran(admit(LOOKED, "sqlite"), Rows((), (("Berlin",),), False, 1.0), "sqlite")),
    "correct": Correct(Failure(FAILED, QueryFailed.because("no such column: bad", quotes_rows=False))),
}


def told(command: str) -> str:
    return "\n".join(messages(COMMANDS[command], "Which\ncities?", KNOWN, may_look=True, tokens=7_000, turns=TURNS))


def heard(said: str, command: str) -> object:
    return read(without_echo(said, told(command)))


@pytest.mark.parametrize("wrapping", ["{}", "```\n{}\n```", "Sure:\n\n{}", "  {}"])
@pytest.mark.parametrize("begin", ["Dialect:", "Conversation so far", "Q: How many", "Question:", "You ", ""])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_it_was_told_is_not_its_answer(command: str, begin: str, wrapping: str) -> None:
    prompt = told(command)
    echo = prompt[prompt.index(begin) :]
    assert heard(wrapping.format(echo), command) == Nonsense()
    assert heard(wrapping.format(echo) + "\n\n" + GOOD, command) == Query(GOOD)
    assert heard(wrapping.format(echo.replace("\n\n", "\n")) + f"\n```sql\n{GOOD}\n```", command) == Query(GOOD)


@pytest.mark.parametrize("begin", ["This query failed:", FAILED, "Reason:"])
@pytest.mark.parametrize("lost", [0, 8, 40])
def test_a_failed_query_that_it_repeats_is_not_its_answer_even_cut_off(begin: str, lost: int) -> None:
    prompt = told("correct")
    echo = prompt[prompt.index(begin) :]
    assert heard(echo[: len(echo) - lost], "correct") == Nonsense()
    if not lost:
        assert heard(f"{echo}\n{GOOD}", "correct") == Query(GOOD)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("sql", [GOOD, EXAMPLE, FAILED, LOOKED])
def test_a_query_that_shares_lines_with_what_it_was_told_is_an_answer(command: str, sql: str) -> None:
    for said in (sql, f"SQL: {sql}", f"```sql\n{sql}\n```", f"Here it is:\n{sql}"):
        assert heard(said, command) == Query(sql)


def test_what_it_was_told_is_found_in_time_however_often_it_repeats_lines() -> None:
    lines = "Q: a\nSQL: b\n" * 4_000
    assert without_echo(lines * 3, lines).strip() == ""
