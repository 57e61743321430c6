"""What an answer costs, of each kind, beside what its query costs the database alone; and learning a correction."""

import asyncio
import json
import secrets
import time

import asyncpg

from deploy.demo.asking import ask
from deploy.demo.client import Client, StepFailed
from deploy.demo.flights import DATABASE, READER, load_flights
from tests.bench.figures import Figure, spread
from tests.bench.trainings import checkpoint_of, dataset_on

_ASKED, _CORRECTIONS = 200, 60
_PAIR, _SQL = "How is plane group {} doing?", "SELECT count(*) AS flights, avg(dep_delay) AS delay FROM flights " \
    "WHERE flight = {}"  # fmt: skip
_CACHED, _COMPOSED = "How many flights are there?", "How many planes have more than {} seats?"


async def answers(client: Client, server_url: str) -> list[Figure]:
    """All figures about answers and corrections, on 336,776 flights.

    The kinds take turns, so that each has its share of whatever else the machine does.
    """
    password = secrets.token_urlsafe(12)
    url, _ = await load_flights(server_url, password)
    dataset_id = await dataset_on(client, url, DATABASE, READER, password)
    started = await client.post(f"/datasets/{dataset_id}/train")
    await checkpoint_of(client, dataset_id, started["training_id"], "completed")
    await _taught(client, dataset_id)
    await _answered(client, dataset_id, _CACHED, cached=False)
    cached, verified, composed, alone = [], [], [], []
    database = await asyncpg.connect(url)
    for number in range(_ASKED):
        cached.append(await _answered(client, dataset_id, _CACHED, cached=True))
        verified.append(await _answered(client, dataset_id, _PAIR.format(number), cached=False))
        composed.append(await _answered(client, dataset_id, _COMPOSED.format(number), cached=False))
        began = time.perf_counter()
        await database.fetch(_SQL.format(number))
        alone.append((time.perf_counter() - began) * 1000)
    await database.close()
    learned = [await _learned(client, dataset_id, number) for number in range(_CORRECTIONS)]
    return [
        spread("cached_answer", "ms", cached),
        spread("verified_pair_answer", "ms", verified),
        spread("composed_answer", "ms", composed),
        spread("query_alone", "ms", alone),
        spread("feedback_to_learned", "ms", learned),
    ]


async def _taught(client: Client, dataset_id: str) -> None:
    """Import the verified pairs, and wait until they are learned."""
    lines = [json.dumps({"question": _PAIR.format(n), "sql": _SQL.format(n)}) for n in range(_ASKED)]
    imported = await client.import_pairs(dataset_id, "\n".join(lines))
    await checkpoint_of(client, dataset_id, imported["training_id"], "completed")


async def _answered(client: Client, dataset_id: str, question: str, *, cached: bool) -> float:
    given, milliseconds = await ask(client, dataset_id, question)
    if (given["outcome"], given["cached"]) != ("answered", cached):
        raise StepFailed(f"{question!r} was to be answered, cached: {cached}; it is {given}")
    return milliseconds


async def _learned(client: Client, dataset_id: str, number: int) -> float:
    body = {"dataset_id": dataset_id, "question": f"Which flights belong to group {number}?", "sql": "SELECT 1",
            "rating": -1, "corrected_sql": f"SELECT * FROM flights WHERE flight = {number} LIMIT 5"}  # fmt: skip
    asked = time.perf_counter()
    feedback = await client.post("/chat/feedback", body)
    while (await client.get(f"/chat/feedback/{feedback['feedback_id']}"))["status"] != "learned":
        await asyncio.sleep(0.005)
    return (time.perf_counter() - asked) * 1000
