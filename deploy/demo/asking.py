"""Steps of the demonstration about answers: ten questions, a correction, a rebuild from the log."""

import asyncio
import json
import sys
import time
from typing import Any

from deploy.demo import show
from deploy.demo.client import Client, StepFailed
from deploy.local.stack import LocalStack

FOLLOWED = "平均出发延误最高的5家航空公司是哪些？"
"""It names airlines; what it offers is chosen next."""
# The question, and what must be in the first row of a right answer (checked against the data, not against our SQL).
QUESTIONS: tuple[tuple[str, Any], ...] = (
    ("How many flights are there?", 336776),
    ("How many flights departed from JFK?", 111279),
    ("Top 5 airlines by number of flights", "United Air Lines Inc."),
    (FOLLOWED, "Frontier Airlines Inc."),
    ("每个月有多少航班？", None),
    ("What is the average arrival delay per origin airport?", None),
    ("晚点航班有多少？", 70774),
    ("Which manufacturers have more than 100 planes?", None),
    ("最长的飞行距离是多少？", 4983),
    ("What was the highest temperature at EWR?", 100.04),
)


async def ask_all(client: Client, dataset_id: str) -> list[float]:
    """Ask ten questions in both languages; gives the milliseconds of each."""
    times = []
    for question, expected in QUESTIONS:
        given, milliseconds = await ask(client, dataset_id, question)
        times.append(milliseconds)
        show.answer(question, given, milliseconds)
        if given["outcome"] != "answered":
            raise StepFailed(f"{question!r} was not answered: {given['outcome']} {given.get('answer_text')}")
        if expected is not None and not _holds(given["rows"], expected):
            raise StepFailed(f"{question!r} was answered with {given['rows'][:1]}, expected {expected!r}")
        if question == FOLLOWED:
            await _follow(client, dataset_id, given)
    return times


async def _follow(client: Client, dataset_id: str, given: dict[str, Any]) -> None:
    """Choose what an answered ranking offers: itself, with the figures."""
    if len(given["choices"]) != 1:
        raise StepFailed(f"one choice was to be offered, not {given['choices']}")
    choice = given["choices"][0]
    followed, milliseconds = await ask(client, dataset_id, choice, given["conversation_id"])
    show.answer(choice, followed, milliseconds)
    if [row[:1] for row in followed["rows"]] != given["rows"] or len(followed["columns"]) != 2:
        raise StepFailed(f"{choice!r} was answered with {followed['rows'][:1]}")


async def ask(
    client: Client, dataset_id: str, question: str, conversation_id: str | None = None
) -> tuple[dict[str, Any], float]:
    """Ask one question; gives the answer and its milliseconds."""
    started, asked = time.monotonic(), {"dataset_id": dataset_id, "question": question}
    going_on = {"conversation_id": conversation_id} if conversation_id else {}
    given: dict[str, Any] = await client.post("/chat/", asked | going_on)
    return given, (time.monotonic() - started) * 1000


def _holds(rows: list[list[Any]], expected: Any) -> bool:
    if not rows:
        return False
    if isinstance(expected, str):
        return any(value == expected for value in rows[0])
    return any(_close(value, expected) for value in rows[0])


def _close(value: Any, expected: float) -> bool:
    try:
        return abs(float(value) - expected) < 0.01
    except (TypeError, ValueError):
        return False


# The database knows 1,458 airports; who asks means those that a flight went to.
CORRECTED_QUESTION = "How many airports are there?"
CORRECTED_SQL = "SELECT COUNT(DISTINCT dest) AS airports FROM flights"
CORRECTED_VALUE = 105


async def correct(client: Client, dataset_id: str) -> float:
    """Correct a wrong answer and ask again until it is right; gives the milliseconds from correction to learned."""
    before, milliseconds = await ask(client, dataset_id, CORRECTED_QUESTION)
    show.answer(CORRECTED_QUESTION, before, milliseconds)
    if before["outcome"] != "answered" or _holds(before["rows"], CORRECTED_VALUE):
        raise StepFailed(f"a wrong answer was expected, to be corrected; this is {before['outcome']} {before['rows']}")
    show.said("wrong: we mean the airports that our flights go to; correcting it")
    started = time.monotonic()
    feedback = await client.post(
        "/chat/feedback", {"question_id": before["question_id"], "rating": -1, "corrected_sql": CORRECTED_SQL}
    )
    learned = await _learned(client, feedback["feedback_id"], started)
    after, milliseconds = await ask(client, dataset_id, CORRECTED_QUESTION)
    show.answer(CORRECTED_QUESTION, after, milliseconds)
    if after["outcome"] != "answered" or not _holds(after["rows"], CORRECTED_VALUE):
        raise StepFailed("the corrected answer was not used")
    show.said(f"learned after {learned:.0f} ms")
    return learned


async def _learned(client: Client, feedback_id: str, started: float) -> float:
    while time.monotonic() - started < 15:
        state = await client.get(f"/chat/feedback/{feedback_id}")
        if state["status"] == "learned":
            return (time.monotonic() - started) * 1000
        if state["status"] in ("rejected", "held"):
            raise StepFailed(f"the correction was {state['status']}: {state.get('reasons')}")
        await asyncio.sleep(0.01)
    raise StepFailed("the correction was not learned within 15 s")


async def rebuild_query(stack: LocalStack) -> dict[str, Any]:
    """Drop what the query service knows and fill it again from the log; the checksums must be equal."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.query", "rebuild", "--compare", env=stack.environment("query"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(120):
        output, errors = await process.communicate()
    if process.returncode:
        raise StepFailed(f"the rebuild failed: {errors.decode()[-500:]}")
    report: dict[str, Any] = json.loads(output.decode().strip().splitlines()[-1])
    show.said(f"before {report['before'][:16]}…  after {report['after'][:16]}…  {report['events']} events read")
    if report["before"] != report["after"]:
        raise StepFailed("the rebuilt state differs from the live one")
    return report
