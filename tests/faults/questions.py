"""Datasets that know a small shop, and questions of every kind to them, as events on the log."""

import itertools
import random
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from aiokafka import AIOKafkaProducer

from libs.embeddings.encoding import encode_vector
from libs.embeddings.local import LocalEmbedder
from libs.events.catalog import ColumnDescription, Event, LearnedItem, QuestionAsked, TableDescription
from libs.events.envelope import encode
from libs.events.ids import new_id
from libs.knowledge.items import pair_id
from libs.runtime.clock import now
from tests.query.knowledge_events import checkpoint, dataset, datasource, ddl, structure

_TABLES = (
    TableDescription(
        name="customers",
        columns=(
            ColumnDescription(name="id", type="INTEGER", primary_key=True),
            ColumnDescription(name="city", type="TEXT", values=("Berlin", "Paris")),
        ),
    ),
    TableDescription(
        name="orders",
        columns=(
            ColumnDescription(name="id", type="INTEGER", primary_key=True),
            ColumnDescription(name="customer_id", type="INTEGER", foreign_key="customers.id"),
            ColumnDescription(name="amount", type="NUMERIC"),
        ),
    ),
)
_TAUGHT = {
    "Who buys the most?": "SELECT customer_id FROM orders GROUP BY customer_id ORDER BY sum(amount) DESC LIMIT 1",
    "营业额是多少？": "SELECT sum(amount) FROM orders",
}
_CONVERSATION = ("How many customers are there in Berlin?", "And in Paris?")
_KINDS = ("taught", "composed", "asked before", "unanswerable", "conversation")


def made(path: Path) -> Path:
    """The shop as a SQLite file."""
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, city TEXT)")
        shop.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, amount NUMERIC)")
        shop.executemany("INSERT INTO customers VALUES (?, ?)", [(n, ("Berlin", "Paris")[n % 2]) for n in range(20)])
        shop.executemany("INSERT INTO orders VALUES (?, ?, ?)", [(n, n % 20, n * 1.5) for n in range(500)])
    shop.close()
    return path


async def known(dataset_ids: list[str], shop: Path) -> list[Event]:
    """All that makes the datasets know the shop and what was taught about it."""
    embedder = LocalEmbedder()
    vectors = await embedder.passages(list(_TAUGHT))
    pairs = [
        LearnedItem(item_id=pair_id(question, sql), kind="pair", text=question, question=question, sql=sql,
                    tables=("orders",), embedding=encode_vector(embedder.model, vector))
        for (question, sql), vector in zip(_TAUGHT.items(), vectors, strict=True)
    ]  # fmt: skip
    await embedder.close()
    items = [*map(ddl, _TABLES), *pairs]
    events: list[Event] = [datasource(1, str(shop)), structure(1, _TABLES)]
    for dataset_id in dataset_ids:
        events += [
            dataset().model_copy(update={"dataset_id": dataset_id}),
            checkpoint(1, items, training_id=f"taught {dataset_id}", dataset_id=dataset_id),
        ]
    return events


def questions(dataset_ids: list[str], who: str) -> Iterator[QuestionAsked]:
    """Questions without an end, of all kinds in turn; one in five has three seconds, the others thirty."""
    for number, kind in zip(itertools.count(), itertools.cycle(_KINDS), strict=False):
        dataset_id, conversation_id = random.choice(dataset_ids), new_id()
        texts = {
            "taught": (random.choice(list(_TAUGHT)),),
            "composed": (f"How many orders have an amount above {number}?",),
            "asked before": ("How many orders are there?",),
            "unanswerable": (f"How is the weather on day {number}?",),
            "conversation": _CONVERSATION,
        }[kind]
        for text in texts:
            yield asked(dataset_id, text, random.choice((3, 30, 30, 30, 30)), who, conversation_id)


def asked(dataset_id: str, text: str, seconds: float, who: str, conversation_id: str = "") -> QuestionAsked:
    """A question that is to be answered within `seconds` from now."""
    moment = now()
    return QuestionAsked(
        question_id=new_id(), dataset_id=dataset_id, question=text, conversation_id=conversation_id or new_id(),
        who=who, asked_at=moment, deadline=moment + timedelta(seconds=seconds),
    )  # fmt: skip


async def send(producer: AIOKafkaProducer, prefix: str, event: Event) -> None:
    """Put an event on the log as the gateway does, and wait until it is there."""
    message = encode(event, source="gateway", event_id=new_id(), time=now())
    headers = [(name, value.encode()) for name, value in message.headers.items()]
    await producer.send_and_wait(prefix + message.topic, message.value, key=message.key.encode(), headers=headers)
