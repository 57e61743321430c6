"""Whatever SQL comes from outside, from a model, a person or a rule, passes one function before it can be run."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from libs.datasources.errors import DataSourceError, RefusedByGate
from libs.datasources.open import Connections
from libs.events.catalog import ColumnDescription, DataSourceSettings, FeedbackGiven, TableDescription
from libs.knowledge.databases import KnownDatabase
from libs.runtime.clock import now
from services.feedback.reviews.checks import Checks
from services.gateway.knowledge.admission import admitted
from services.gateway.knowledge.pairs import PairLine
from services.query.questions.database import Database
from services.trainer.datasets.examples import _try
from services.trainer.datasets.prepare import Prepared
from services.trainer.datasets.questions import Example
from tests.datasources.conftest import BOX
from tests.datasources.test_gate import TABLES, lines

_ROOT = Path(__file__).parents[2]
_HERE = "libs/datasources/"
_DRIVERS = {"sqlalchemy", "sqlite3", "aiosqlite", "aiomysql"}
_KNOWN = KnownDatabase(
    "d", "s", 1, 1, 0, DataSourceSettings(kind="sqlite", database="/nowhere"),
    tuple(
        TableDescription(name=name, columns=tuple(ColumnDescription(name=each, type="TEXT") for each in columns))
        for name, columns in TABLES.items()
    ),
    (), frozenset(),
)  # fmt: skip
_UNREACHABLE = Connections(BOX, [])
"""Refuses to open any file: what gets as far as this has passed."""


async def _answer(sql: str) -> bool:
    """Questions: verified pairs, drafts, intermediate SQL, corrections and cached SQL."""
    with pytest.raises(RefusedByGate):
        await Database(_UNREACHABLE, _KNOWN, TABLES).ask(sql)
    return True


class _Checks(Checks):
    async def _database(self, _: str) -> KnownDatabase:
        return _KNOWN


async def _verdict(sql: str) -> bool:
    given = FeedbackGiven(
        feedback_id="f", dataset_id="d", sequence=1, question="?", rating=-1, corrected_sql=sql, given_at=now()
    )
    found = await _Checks(None, _UNREACHABLE).check(given, sql)  # type: ignore[arg-type]
    return found.result == "wrong" and found.problem is not None and found.problem.code == "refused_by_gate"


async def _generated(sql: str) -> bool:
    no_engine: Any = None
    prepared = Prepared(no_engine, "sqlite", _KNOWN.tables, (), (), None)
    return await _try(prepared, Example(sql, tuple(TABLES), ("?",))) == (False, {})


async def _imported(sql: str) -> bool:
    items, wrong = admitted([PairLine(1, "?", sql)], "sqlite", TABLES)
    return not items and len(wrong) == 1


@pytest.mark.parametrize("door", [_answer, _verdict, _generated, _imported])
async def test_no_attack_passes_through_any_door(door: Any) -> None:
    for sql in lines("attacks", "sqlite"):
        assert await door(sql), sql


@cache
def _modules() -> list[tuple[str, ast.Module]]:
    paths = [path for folder in ("libs", "services") for path in sorted((_ROOT / folder).rglob("*.py"))]
    return [(path.relative_to(_ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def test_only_the_gate_says_that_sql_may_run() -> None:
    made = [
        path
        for path, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Admitted"
    ]
    assert set(made) == {"libs/datasources/gate.py"}


def test_users_databases_are_read_in_one_folder_and_asked_by_one_function() -> None:
    for path, tree in _modules():
        imports = set(_imports(tree))
        if path.startswith(_HERE):
            continue
        drivers = {(module, name) for module, name in imports if module.partition(".")[0] in _DRIVERS}
        assert drivers <= {("sqlalchemy.ext.asyncio", "AsyncEngine")}, path  # An engine is handed on, nothing else.
        assert ("libs.datasources.open", "reading") not in imports, path
        if ("libs.datasources.run", "run") in imports:
            assert ("libs.datasources.gate", "admit") in imports, path
        calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
        called = {function.attr for function in calls if isinstance(function, ast.Attribute)}
        assert not called & {"exec_driver_sql", "begin_reading", "driver_connection"}, path


async def test_what_is_harmless_comes_as_far_as_the_database() -> None:
    sql = "SELECT id FROM orders WHERE note = 'delete; drop'"
    for door in (_answer, _generated):
        with pytest.raises(DataSourceError) as raised:
            await door(sql)
        assert not isinstance(raised.value, RefusedByGate)
    assert not await _verdict(sql) and not await _imported(sql)
