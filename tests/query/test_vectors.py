"""The collections of a copy are found however many others come and go meanwhile."""

import asyncio
from contextlib import suppress

from tests.query.conftest import Query
from tests.query.knowledge_events import pair

_DATASETS = 20


async def test_other_collections_that_come_and_go_disturb_neither_a_digest_nor_a_drop(query: Query) -> None:
    items = {item.item_id: (item, 0) for item in [pair("How many?", "SELECT 1")]}
    for number in range(_DATASETS):
        await query.vectors.put("mine", f"mine-{number}", items)
    before = await query.vectors.digest("mine")

    async def others() -> None:
        for number in range(10_000):
            await query.vectors.put(f"other{number}", "other", items)
            await query.vectors.drop(f"other{number}")

    churning = asyncio.create_task(others())
    try:
        assert {await query.vectors.digest("mine") for _ in range(5)} == {before}
        await query.vectors.drop("mine")
        assert not churning.done()
    finally:
        churning.cancel()
        with suppress(asyncio.CancelledError):
            await churning
