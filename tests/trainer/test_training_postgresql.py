"""Trainings and inspections of a PostgreSQL database, whose user may not read everything."""

import secrets
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest_asyncio

from deploy.local.infrastructure import Infrastructure
from deploy.local.postgres import create_database
from libs.events.catalog import (
    DataSourceSettings,
    LogLine,
    SchemaInspected,
    SchemaInspectionRequested,
    TrainingLogged,
)
from libs.events.ids import new_id
from libs.leases.worker import Held
from libs.runtime.clock import now
from services.trainer.inspection.requests import Inspection
from tests.trainer.events import SOURCE, requested, source
from tests.trainer.support import Trainer

TABLES = """
CREATE TABLE airlines (carrier text PRIMARY KEY, name text NOT NULL);
COMMENT ON TABLE airlines IS '航空公司';
CREATE TABLE flights (id integer PRIMARY KEY, carrier text REFERENCES airlines, dep_delay integer, "Order" text);
CREATE TABLE salaries (person text, amount numeric);
INSERT INTO airlines VALUES ('AA', 'American'), ('DL', 'Delta');
INSERT INTO flights
SELECT n, CASE n % 3 WHEN 0 THEN 'AA' ELSE 'DL' END, n % 40, CASE n % 2 WHEN 0 THEN 'x' ELSE 'y' END
FROM generate_series(1, 500) AS n;
ANALYZE;
"""


@pytest_asyncio.fixture(loop_scope="session")
async def settings(infrastructure: Infrastructure, trainer: Trainer) -> AsyncIterator[DataSourceSettings]:
    """Give the way to a database as a user who may read two of its three tables."""
    role, password, name = (f"{kind}_{secrets.token_hex(6)}" for kind in ("reader", "canary", "user_db"))
    url = await create_database(infrastructure.postgres_url, name)
    connection = await asyncpg.connect(url)
    await connection.execute(TABLES)
    await connection.execute(
        f"CREATE ROLE {role} LOGIN PASSWORD '{password}'; GRANT SELECT ON airlines, flights TO {role}"
    )
    await connection.close()
    parts = urlsplit(url)
    made = trainer.secrets.encrypt(password)
    yield DataSourceSettings(
        kind="postgresql",
        host=parts.hostname or "",
        port=parts.port,
        username=role,
        password_ciphertext=made.token,
        key_id=made.key_id,
        database=name,
    )
    connection = await asyncpg.connect(infrastructure.postgres_url)
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"DROP ROLE IF EXISTS {role}")
    await connection.close()


async def inspect(
    trainer: Trainer, settings: DataSourceSettings, seconds: float = 10, **fields: Any
) -> SchemaInspected:
    """Ask for an inspection within `seconds`, do it, and give the answer."""
    deadline = now() + timedelta(seconds=seconds)
    await trainer.deliver(
        SchemaInspectionRequested(
            inspection_id=new_id(), datasource_id=SOURCE, settings=settings, deadline=deadline, **fields
        )
    )
    lease = await trainer.claim("inspection")
    assert lease is not None
    await Inspection(trainer.pool, trainer.training.reader).run(lease, Held(lease))
    answered: SchemaInspected = (await trainer.said(SchemaInspected))[-1]
    return answered


async def test_a_table_that_may_not_be_read_is_left_out_with_a_line_in_the_log(
    trainer: Trainer, settings: DataSourceSettings
) -> None:
    await trainer.deliver(source(settings, 2), requested(language="zh"))
    await trainer.work()
    checkpoints = await trainer.said()
    assert checkpoints[-1].status == "completed"
    items = [item for c in checkpoints for item in c.items]
    assert Counter(item.kind for item in items)["ddl"] == 2
    lines: list[LogLine] = [line for logged in await trainer.said(TrainingLogged) for line in logged.lines]
    assert [line.content.split("，")[0] for line in lines if line.level == "WARNING"] == ["表 salaries 无法读取"]
    pairs = {item.question: item.sql for item in items if item.kind == "pair"}
    assert pairs["Which 10 airlines have the most flights?"] == (
        "SELECT airlines.name FROM flights JOIN airlines ON flights.carrier = airlines.carrier "
        "GROUP BY airlines.carrier, airlines.name ORDER BY count(*) DESC LIMIT 10"
    )
    assert "flights最多的10个航空公司是哪些？" in pairs
    assert pairs["How many flights are there for each Order?"].count('"Order"') == 2


async def test_row_counts_and_statistics_that_change_are_no_reason_to_learn_again(
    trainer: Trainer, settings: DataSourceSettings, infrastructure: Infrastructure
) -> None:
    await trainer.deliver(source(settings, 2), requested())
    await trainer.work()
    first = len(await trainer.said())
    connection = await asyncpg.connect(infrastructure.postgres_url, database=settings.database)
    await connection.execute("INSERT INTO flights SELECT n, 'AA', 1, 'x' FROM generate_series(501, 900) AS n; ANALYZE")
    await connection.close()
    await trainer.deliver(requested())
    await trainer.work()
    assert sum(len(c.items) + len(c.forgotten) for c in (await trainer.said())[first:]) == 0


async def test_comments_that_changed_are_published_by_the_next_training(
    trainer: Trainer, settings: DataSourceSettings, infrastructure: Infrastructure
) -> None:
    await trainer.deliver(source(settings, 2), requested())
    await trainer.work()
    connection = await asyncpg.connect(infrastructure.postgres_url, database=settings.database)
    await connection.execute("COMMENT ON COLUMN flights.dep_delay IS 'minutes'; COMMENT ON TABLE flights IS '航班'")
    await connection.close()
    await trainer.deliver(requested())
    await trainer.work()
    comments = [
        (table.comment, [column.comment for column in table.columns if column.name == "dep_delay"])
        for event in await trainer.said(SchemaInspected)
        for table in event.tables
        if table.name == "flights"
    ]
    assert comments == [(None, [None]), ("航班", ["minutes"])]


async def test_a_wrong_password_fails_the_training_with_a_hint_and_is_shown_nowhere(
    trainer: Trainer, settings: DataSourceSettings
) -> None:
    wrong = trainer.secrets.encrypt("canary-wrong")
    changed = settings.model_copy(update={"password_ciphertext": wrong.token})
    await trainer.deliver(source(changed, 2), requested())
    await trainer.work()
    last = (await trainer.said())[-1]
    assert (last.status, last.problem and last.problem.code) == ("failed", "login")
    values = await trainer.pool.fetch("SELECT value FROM outbox")
    assert not any(b"canary" in row["value"] for row in values)


async def test_inspections_are_answered_in_order_whatever_they_find(
    trainer: Trainer, settings: DataSourceSettings
) -> None:
    found = await inspect(trainer, settings)
    tested = await inspect(trainer, settings, only_test=True)
    away = await inspect(trainer, settings.model_copy(update={"port": 1}), language="zh")
    assert [(e.ok, e.sequence, e.part, e.parts) for e in (found, tested, away)] == [
        (True, 1, 1, 1),
        (True, 2, 1, 1),
        (False, 3, 1, 1),
    ]
    assert {table.name for table in found.tables} == {"airlines", "flights"}
    assert away.problem is not None and away.problem.code == "refused" and away.problem.hint
    assert await trainer.pool.fetchval("SELECT count(*) FROM inspections") == 0
    assert await trainer.claim("inspection") is None


async def test_a_structure_is_told_in_time_though_there_is_none_to_look_at_values(
    trainer: Trainer, settings: DataSourceSettings, infrastructure: Infrastructure
) -> None:
    connection = await asyncpg.connect(infrastructure.postgres_url, database=settings.database)
    await connection.execute("ALTER TABLE flights ENABLE ROW LEVEL SECURITY")
    await connection.execute("CREATE POLICY slowly ON flights USING (pg_sleep(60) IS NOT NULL)")
    await connection.close()
    found = await inspect(trainer, settings, seconds=4)
    assert found.problem is None
    assert {table.name: {c.name for c in table.columns if c.values} for table in found.tables} == {
        "airlines": {"carrier", "name"}, "flights": set(),
    }  # fmt: skip
    assert [(edge.source, edge.target) for edge in found.relations] == [("flights", "airlines")]
