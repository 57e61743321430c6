"""The commands beside the running query service: a file of questions becomes lines for the scorer, an old question is
asked again with what was known then."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.system.conftest import Running, eventually


def _lines(place: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in place.read_text().splitlines()]


async def _query(running: Running, *arguments: str) -> asyncio.subprocess.Process:
    """As the README says it: what the stack wrote down is all that the command knows."""
    written = running.stack.home / "query.env"
    assert written.stat().st_mode & 0o777 == 0o600
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ESPALIER_")}
    return await asyncio.create_subprocess_exec(
        "sh", "-c", 'set -a; . "$0"; exec "$@"', written, sys.executable, "-m", "services.query", *arguments, env=bare,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _ended(process: asyncio.subprocess.Process) -> tuple[int | None, bytes, bytes]:
    async with asyncio.timeout(90):
        out, err = await process.communicate()
    assert b"Traceback" not in err
    return process.returncode, out, err


async def test_a_file_of_questions_becomes_lines_for_the_scorer(running: Running, tmp_path: Path) -> None:
    dataset_id = await running.dataset("evaluated")
    await running.client.post(f"/datasets/{dataset_id}/train", {"table_names": ["customers", "orders"]})
    await running.until(dataset_id, "completed")
    database = running.database_url.rpartition("/")[2]
    asked, answers = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    questions = [
        {"id": "many", "database": database, "question": "How many orders are there?", "role": "ask"},
        {"id": "other", "database": "another", "question": "How many planes are there?", "role": "ask"},
        {"id": "taught", "database": database, "question": "How many customers are there?", "role": "teach"},
    ]
    lines = [*map(json.dumps, questions), "What will the weather be tomorrow?"]
    asked.write_text("\n".join(lines))
    arguments = ("evaluate", "--questions", str(asked), "--answers", str(answers), "--dataset")

    code, out, err = await _ended(await _query(running, *arguments, dataset_id))
    assert code == 0, err
    told = json.loads(out.splitlines()[-1])
    assert (told["asked"], told["left_out"]) == (2, 1)
    written = {line["id"]: line for line in _lines(answers)}
    assert set(written) == {"many", "4"}
    assert "orders" in written["many"]["sql"] and written["many"]["outcome"] == "answered"
    assert written["4"]["sql"] is None and written["4"]["outcome"] in ("clarification", "unanswerable")
    assert all(line["seconds"] > 0 for line in written.values())

    asked.write_text("How many orders are there?\n" * 2_000)
    process = await _query(running, *arguments, dataset_id)

    async def some() -> bool:
        return answers.read_text().count("\n") > 3 and "many" not in answers.read_text()

    await eventually(some)
    process.send_signal(signal.SIGINT)
    code, out, _ = await _ended(process)
    assert (code, out) == (130, b"")
    assert 3 < len(_lines(answers)) < 2_000, "each line that is there is whole"


async def test_an_old_question_is_asked_again_with_what_was_known_then(running: Running) -> None:
    dataset_id = await running.dataset("replayed")
    await running.client.post(f"/datasets/{dataset_id}/train", {"table_names": ["orders"]})
    await running.until(dataset_id, "completed")
    question = {"dataset_id": dataset_id, "question": "How many orders are there?"}
    answer = await running.client.post("/chat/", question)
    process = await _query(running, "replay", "--question", answer["question_id"], "--as-of", "0")
    code, out, shown = await _ended(process)
    assert code == 0, shown
    told = json.loads(out.splitlines()[-1])
    assert (told["before"]["sql"], told["before"]["outcome"]) == (answer["sql"], "answered")
    assert (told["after"]["outcome"], told["after"]["knowledge_version"]) == ("unanswerable", 0)
    assert told["before"]["knowledge_version"] > 0 and told["same_rows"] is None
    assert b"SELECT" in shown and b"unanswerable" in shown, "side by side"
