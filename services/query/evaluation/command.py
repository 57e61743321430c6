"""The command: reads the file, shows how far it is, and writes answers.jsonl line by line.

Each line is written whole and at once. So the file is valid whenever the command ends, also by Ctrl-C.
"""

from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from libs.events.command import Refused
from libs.events.service import EventService
from libs.knowledge.databases import known_database
from services.query.evaluation.ask import Asker, NotAnswered
from services.query.evaluation.questions import NoQuestion, Question, about, questions_in

_UNNAMED = Path("answers.jsonl")
"""Where answers are written that nobody named a file for; one that is there is of another run, and kept."""


def describe(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = "Ask a file of questions through the running service, and write answers.jsonl for a scorer."
    parser.add_argument("--questions", type=Path, required=True, metavar="FILE",
                        help="JSON objects with `question`, one a line, or lines of text")  # fmt: skip
    parser.add_argument("--dataset", required=True, metavar="ID", help="the dataset that is asked")
    parser.add_argument(
        "--answers",
        type=Path,
        metavar="FILE",
        help="where the answers are written, anew; without it answers.jsonl, if that is not there",
    )


async def evaluate(service: EventService, given: Namespace) -> dict[str, Any]:
    """Ask the questions of the file that are about the database of the dataset; raises `Refused`."""
    questions = _read(given.questions)
    wanted = about(questions, await _database(service, given.dataset))
    if not wanted:
        names = ", ".join(sorted({str(question.database) for question in questions}))
        raise Refused(f"{given.questions} asks nothing of this dataset's database; it names {names or 'no question'}")
    asker = Asker(service.pool, service.listener, given.dataset, service.settings.answer_seconds)
    outcomes = await _write(asker, wanted, given.answers)
    return {"asked": len(wanted), "left_out": len(questions) - len(wanted), "outcomes": outcomes}


async def _write(asker: Asker, questions: list[Question], named: Path | None) -> dict[str, int]:
    outcomes: Counter[str] = Counter()
    columns = (BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    place = named or _UNNAMED
    try:
        written = place.open("wb" if named else "xb", buffering=0)
    except FileExistsError:
        raise Refused(f"{place} is there already: move it away, or name a file to be written with --answers") from None
    except OSError as error:
        raise Refused(f"{place} cannot be written: {error.strerror}") from None
    with written, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(questions))

        def tell(answer: dict[str, Any]) -> None:
            written.write(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
            outcomes[answer["outcome"]] += 1
            said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
            progress.update(task, advance=1, description=said)

        try:
            await asker.ask_all(questions, tell)
        except NotAnswered as error:
            raise Refused(
                f"{error} got no answer, {outcomes.total()} others did and are in {place}: does the query service run? "
                "See its /readyz and its log, then evaluate again"
            ) from None
    return dict(outcomes)


def _read(place: Path) -> list[Question]:
    try:
        return questions_in(place.read_text("utf-8"))
    except OSError as error:
        raise Refused(f"{place} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refused(f"{place} is no UTF-8 text") from None
    except NoQuestion as error:
        raise Refused(f"{error} in {place}") from None


async def _database(service: EventService, dataset_id: str) -> str:
    """The name of the database of a dataset: of a file, that without folder and ending."""
    async with service.pool.acquire() as connection:
        known = await known_database(connection, dataset_id)
    if known is None:
        raise Refused(f"there is no dataset {dataset_id}: `GET /api/v1/datasets` lists them")
    name = known.settings.database
    return Path(name).stem if known.settings.kind == "sqlite" else name
