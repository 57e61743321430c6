"""The files of an evaluation: questions with their databases, and what people call tables and columns."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Database:
    """A database of the folder with the questions about it; `glossary` are lines of its glossary.jsonl."""

    path: Path
    teach: list[dict[str, Any]] = field(default_factory=list)
    ask: list[dict[str, Any]] = field(default_factory=list)
    glossary: list[dict[str, Any]] = field(default_factory=list)


def databases_in(folder: Path) -> list[Database]:
    """All databases that questions.jsonl names; raises `FileNotFoundError` when a file is missing."""
    found: dict[str, Database] = {}
    for question in _lines(folder / "questions.jsonl"):
        name = question["database"]
        database = found.setdefault(name, Database(folder / f"{name}.sqlite"))
        (database.teach if question["role"] == "teach" else database.ask).append(question)
    glossary = folder / "glossary.jsonl"
    for line in _lines(glossary) if glossary.is_file() else ():
        found[line["database"]].glossary.append(line)
    for database in found.values():
        database.path.stat()
    return list(found.values())


def pairs_file(questions: Iterable[dict[str, Any]]) -> str:
    """Verified pairs as the API imports them; of two questions that differ in their spelling only, the first."""
    pairs = [{"question": each["question"], "sql": each["gold_sql"]} for each in questions if each["gold_sql"]]
    return "".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs)


def terms_of(glossary: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Business terms that say what people call tables and columns."""
    named: dict[str, dict[str, Any]] = defaultdict(dict)
    for line in glossary:
        place = line["table"] if line["column"] is None else f"{line['table']}.{line['column']}"
        first, *others = line["names"]
        named[first] |= {
            "term": first,
            "definition": place,
            "synonyms": others,
            "sql_expression": place if line["column"] else None,
        }
    return list(named.values())


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
