"""`make evaluate`: learns the databases of a folder, asks its questions, writes answers.jsonl, and has it scored."""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.stack import LocalStack
from tests.evaluation.client import Evaluated
from tests.evaluation.questions import Database, databases_in

_AT_ONCE = 3
"""Questions asked at a time: beyond, two cores only make each wait for the others."""


async def evaluate(folder: Path, answers: Path, without: frozenset[str]) -> None:
    """Teach role `teach`, ask role `ask`, and write a line for each answer as it comes."""
    databases = databases_in(folder)
    columns = (TextColumn("{task.description:<24}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn(),
               TextColumn("{task.fields[step]}"))  # fmt: skip
    with tempfile.TemporaryDirectory() as home, Progress(*columns, console=Console(stderr=True)) as progress:
        async with LocalStack(home=Path(home)) as stack:
            user = Evaluated(stack.addresses["gateway_url"])
            try:
                await user.sign_in(stack.addresses["credentials"])
                with answers.open("w") as written:
                    for database in databases:
                        await _one(user, database, Path(home) / "sqlite", without, progress, written)
            finally:
                await user.close()


async def _one(
    user: Evaluated, database: Database, place: Path, without: frozenset[str], progress: Progress, written: object
) -> None:
    task = progress.add_task(database.path.stem, total=len(database.ask), step="learning")
    file = Path(shutil.copy(database.path, place))
    dataset_id = await user.learn(database, file, without, lambda step: progress.update(task, step=step[:50]))
    few = asyncio.Semaphore(_AT_ONCE)

    async def one(question: dict[str, object]) -> None:
        async with few:
            answer = await user.ask(dataset_id, question)
        print(json.dumps(answer, ensure_ascii=False), file=written, flush=True)  # type: ignore[call-overload]
        if reason := answer.get("reason"):
            progress.console.print(f"{question['id']} failed: {reason}", markup=False)
        progress.update(task, advance=1, step="")

    async with asyncio.TaskGroup() as group:
        for question in database.ask:
            group.create_task(one(question))


def main() -> int:
    """Read the command line; gives the exit code of the scorer."""
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("folder", type=Path, help="with questions.jsonl, <database>.sqlite, maybe glossary.jsonl")
    parser.add_argument("scorer", type=Path, help="what is run as: SCORER questions.jsonl FOLDER answers.jsonl")
    parser.add_argument("--answers", type=Path, default=Path("answers.jsonl"), help="where the answers are written")
    parser.add_argument("--without", action="append", default=[], choices=["teaching", "terms", "values", "training"],
                        help="leave this out, to see what it is worth")  # fmt: skip
    given = parser.parse_args()
    asyncio.run(evaluate(given.folder, given.answers, frozenset(given.without)))
    score = [sys.executable, given.scorer, given.folder / "questions.jsonl", given.folder, given.answers]
    return subprocess.run(score, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
