"""A file of questions is read as it is meant, and what is asked of it leaves no trace in the caches."""

from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from libs.events.command import Refused
from libs.events.service import EventService
from libs.postgres.listen import Listener
from services.query.evaluation import ask
from services.query.evaluation.ask import Asker, NotAnswered
from services.query.evaluation.command import evaluate
from services.query.evaluation.questions import NoQuestion, Question, about, questions_in
from tests.query.conftest import Query
from tests.query.test_questions import COUNT, HOW_MANY, Asking, asking

__all__ = ["asking"]

FILE = """
{"id": "a-1", "database": "a", "question": "How many?", "language": "en", "role": "ask"}
{"id": "a-2", "database": "a", "question": "Who?", "role": "teach"}
{"id": "b-1", "database": "b", "question": "有多少？", "language": "zh"}

How many flights are there?
{"question": "上海呢"}
"""


def test_questions_are_objects_or_lines_of_text_without_what_is_there_to_be_taught() -> None:
    read = questions_in(FILE)
    assert read == [
        Question("a-1", "How many?", "en", "a"),
        Question("b-1", "有多少？", "zh", "b"),
        Question("6", "How many flights are there?", "en"),
        Question("7", "上海呢", "zh"),
    ]
    assert [question.id for question in about(read, "a")] == ["a-1", "6", "7"]


@pytest.mark.parametrize(
    "line", ['{"question"', "{}", '{"question": 1}', '{"question": " "}', '{"question": "a\\u0000"}']
)
def test_a_line_that_is_no_question_is_named(line: str) -> None:
    with pytest.raises(NoQuestion, match="line 2"):
        questions_in(f"Who?\n{line}\n")


async def test_no_cache_answers_an_evaluation_nor_keeps_it_and_people_come_first(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    await asking.ask(HOW_MANY, 1)
    await asking.query.pool.execute("DELETE FROM cached WHERE kind = 'result'")
    answer = await asking.ask(HOW_MANY, 2, purpose="evaluate")
    assert (answer["outcome"], answer["cached"], answer["purpose"]) == ("answered", False, "evaluate")
    assert await asking.query.pool.fetchval("SELECT count(*) FROM cached") == 1
    order = "SELECT subject FROM core.work WHERE kind = 'question' ORDER BY priority DESC, subject"
    assert [row["subject"] for row in await asking.query.pool.fetch(order)] in (["q1", "q2"], [])


async def test_what_cannot_be_asked_is_refused_in_a_sentence(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parts = SimpleNamespace(pool=asking.query.pool, listener=None, settings=SimpleNamespace(answer_seconds=1.0))
    service, file = cast(EventService, parts), tmp_path / "questions.jsonl"

    async def said(dataset_id: str = "d1") -> str:
        with pytest.raises(Refused) as refused:
            await evaluate(service, Namespace(questions=file, dataset=dataset_id, answers=None))
        return str(refused.value)

    assert "cannot be read: No such file" in await said()
    file.write_text('{"question": "Who?", "database": "other"}')
    assert "no dataset nobody" in await said("nobody")
    assert await said() == f"{file} asks nothing of this dataset's database; it names other"
    file.write_text("{}")
    assert "line 1" in await said()
    file.write_text("Who?")
    answers = tmp_path / "answers.jsonl"
    answers.write_text("of another run")
    assert "answers.jsonl is there already" in await said() and answers.read_text() == "of another run"


async def test_what_nobody_answers_ends_too(query: Query, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "_GRACE_SECONDS", 0.0)
    listener = Listener(postgres_url)
    with pytest.raises(NotAnswered, match="question 1"):
        await Asker(query.pool, listener, "d1", 0.01).ask_all([Question("1", "Who?", "en")], lambda _: None)
    await listener.close()
