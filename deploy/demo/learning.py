"""Steps of the demonstration about learning: register, find relations, add terms, train, pause, kill, finish."""

import asyncio
import secrets
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer

from deploy.demo import show
from deploy.demo.client import Client, StepFailed
from deploy.local.stack import LocalStack

TERMS: tuple[dict[str, Any], ...] = (
    {"term": "晚点航班", "definition": "起飞延误超过 15 分钟的航班", "synonyms": ["延误航班", "delayed flight"],
     "sql_expression": "flights.dep_delay > 15"},
    {"term": "departure delay", "definition": "Minutes between scheduled and actual departure",
     "synonyms": ["出发延误", "起飞延误"], "sql_expression": "flights.dep_delay"},
    {"term": "arrival delay", "definition": "Minutes between scheduled and actual arrival",
     "synonyms": ["到达延误"], "sql_expression": "flights.arr_delay"},
    {"term": "航空公司", "definition": "执飞航班的公司", "synonyms": ["airline", "carrier"],
     "sql_expression": "airlines.name"},
    {"term": "flying distance", "definition": "Miles between the two airports", "synonyms": ["飞行距离", "航程"],
     "sql_expression": "flights.distance"},
    {"term": "航班", "definition": "从纽约起飞的一次航班", "synonyms": ["flight"], "sql_expression": None},
    {"term": "temperature", "definition": "Degrees Fahrenheit", "synonyms": ["气温", "温度"],
     "sql_expression": "weather.temp"},
    {"term": "origin airport", "definition": "Where a flight leaves", "synonyms": ["出发机场", "始发机场"],
     "sql_expression": "flights.origin"},
)  # fmt: skip


async def register(client: Client, source: dict[str, Any]) -> tuple[str, str]:
    """Register the database, test it, make a dataset of all its tables; gives the ids of both."""
    datasource = await client.post("/datasources", source)
    tested = await client.post(f"/datasources/{datasource['id']}/test")
    show.said(f"PostgreSQL {tested['server_version']} answered in {tested['milliseconds']:.0f} ms")
    tables = await client.get(f"/datasources/{datasource['id']}/tables")
    show.said("tables: " + ", ".join(f"{t['table_name']} ({len(t['fields'])} columns)" for t in tables))
    if len(tables) != 5:
        raise StepFailed(f"5 tables were expected, {len(tables)} were found")
    dataset = await client.post("/datasets", {"name": "New York flights", "datasource_id": datasource["id"]})
    return datasource["id"], dataset["id"]


async def relations(client: Client, dataset_id: str) -> int:
    """Show how the tables relate; gives how many relations were found."""
    found = (await client.get(f"/datasets/{dataset_id}/modeling/suggestions"))["edges"]
    for edge in found:
        show.said(
            f"{edge['source']}.{edge['source_col']} → {edge['target']}.{edge['target_col']}  "
            f"[dim]{edge['type']}, confidence {float(edge['confidence']):.2f}[/]"
        )
    names = {(edge["source"], edge["source_col"], edge["target"]) for edge in found}
    wanted = {("flights", "carrier", "airlines"), ("flights", "tailnum", "planes"), ("flights", "origin", "airports"),
              ("flights", "dest", "airports"), ("weather", "origin", "airports")}  # fmt: skip
    if missing := wanted - names:
        raise StepFailed(f"relations were not found: {sorted(missing)}")
    return len(found)


async def terms(client: Client, dataset_id: str) -> int:
    """Write down the business terms, in Chinese and English."""
    for term in TERMS:
        await client.post(f"/datasets/{dataset_id}/terms", term)
        show.said(f"{term['term']} = {term['definition']}")
    return len(TERMS)


async def train_through_trouble(
    client: Client, stack: LocalStack, dataset_id: str, set_password: Callable[[str], Awaitable[None]], password: str
) -> dict[str, float]:
    """Train; pause; see it fail as the database's password changed; retry; kill the trainer with SIGKILL; see it end.

    Gives milliseconds and counts.
    """
    started = await client.post(f"/datasets/{dataset_id}/train", language="zh")
    show.said(f"{started['message']} (training {started['training_id']})")
    result: dict[str, float] = {}
    with show.progress_bar("training") as bar:
        reached = await _until(client, dataset_id, bar, 40)
        show.said(f"pausing at {reached['progress']:.0f} %")
        result["pause_ms"] = await _pause(client, dataset_id, bar)
        show.said(f"paused after {result['pause_ms']:.0f} ms; the database's password changes; resuming")
        await set_password(secrets.token_urlsafe(12))
        await client.post(f"/datasets/{dataset_id}/training/resume")
        failed = await _until(client, dataset_id, bar, 100)
        if failed["status"] != "failed":
            raise StepFailed(f"without its password the training should have failed; it {failed['status']}")
        told = await client.get(f"/datasets/{dataset_id}/training/progress")
        show.said(f"failed at {failed['progress']:.0f} %: {told['error_msg']}")
        await set_password(password)
        retried = await client.post(f"/datasets/{dataset_id}/training/retry", language="zh")
        show.said(f"the password is right again; retrying (training {retried['training_id']})")
        await _until(client, dataset_id, bar, reached["progress"] + 5, training_id=retried["training_id"])
        pid = stack.process("trainer").pid
        killed = time.monotonic()
        stack.kill("trainer", signal.SIGKILL)
        show.said(f"killed the trainer (SIGKILL, process {pid})")
        last = await _until(client, dataset_id, bar, 100, training_id=retried["training_id"])
        result["after_kill_s"] = time.monotonic() - killed
    if last["status"] != "completed":
        raise StepFailed(f"the training ended as {last['status']}: {last.get('problem')}")
    result["items"] = failed["items_learned"] + last["items_learned"]
    show.said(
        f"finished by another process after {result['after_kill_s']:.1f} s; items learned: "
        f"{failed['items_learned']} before it failed, {last['items_learned']} after"
    )
    return result


async def _until(
    client: Client, dataset_id: str, bar: show.Bar | None, percent: float, training_id: str = ""
) -> dict[str, Any]:
    """Follow the training, of several this one, until it is past `percent` or has ended."""
    async for checkpoint in client.follow(dataset_id):
        if training_id not in ("", checkpoint["training_id"]):
            continue
        if bar:
            bar.show(checkpoint["progress"], checkpoint["message"])
        past = checkpoint["progress"] >= percent
        if checkpoint["status"] in ("completed", "failed", "cancelled"):
            if percent < 100:
                raise StepFailed(f"the training was over ({checkpoint['status']}) before {percent:.0f} %")
            return checkpoint
        if past and percent < 100 and checkpoint["status"] == "training":
            return checkpoint
    raise StepFailed("the stream of the training ended early")


async def learn_again(client: Client, dataset_id: str) -> tuple[int, float]:
    """Train again: only what changed is learned. Gives how many items, and the seconds."""
    began = time.monotonic()
    training_id = (await client.post(f"/datasets/{dataset_id}/train"))["training_id"]
    last = await _until(client, dataset_id, None, 100, training_id=training_id)
    seconds = time.monotonic() - began
    if last["status"] != "completed":
        raise StepFailed(f"the training ended as {last['status']}: {last.get('problem')}")
    show.said(f"{last['message']} ({seconds:.1f} s)")
    return int(last["items_learned"]), seconds


async def _pause(client: Client, dataset_id: str, bar: show.Bar) -> float:
    """Pause; gives the milliseconds from asking to being told that it rests."""

    async def rests() -> float:
        async for checkpoint in client.follow(dataset_id):
            bar.show(checkpoint["progress"], checkpoint["message"])
            if checkpoint["status"] == "paused":
                return time.monotonic()
        raise StepFailed("the stream of the training ended early")

    watching = asyncio.create_task(rests())
    await asyncio.sleep(0)
    asked = time.monotonic()
    await client.post(f"/datasets/{dataset_id}/training/pause", language="zh")
    async with asyncio.timeout(10):
        return (await watching - asked) * 1000


async def nothing_learned_twice(bootstrap: str, training_items: int) -> int:
    """Read the log as an outsider would: no item may have been learned twice; gives how many there are."""
    learned: Counter[str] = Counter()
    consumer = AIOKafkaConsumer("CheckpointReached", bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        import json

        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    learned.update(item["item_id"] for item in json.loads(record.value)["items"])
    finally:
        await consumer.stop()
    if twice := [item for item, times in learned.items() if times > 1]:
        raise StepFailed(f"{len(twice)} items were learned twice")
    if len(learned) != training_items:
        raise StepFailed(f"the log holds {len(learned)} items, the training says {training_items}")
    show.said(f"the log holds {len(learned)} learned items, none of them twice")
    return len(learned)
