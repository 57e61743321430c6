"""Vectors: made by the model inside the package or by an endpoint, carried by events, and made once."""

import asyncio
import json
from collections.abc import Callable

import httpx
import numpy as np
import pytest

from libs.embeddings.embedder import EmbeddingFailed
from libs.embeddings.encoding import decode_vector, encode_vector
from libs.embeddings.local import LocalEmbedder
from libs.embeddings.remote import RemoteEmbedder
from services.trainer.datasets.plan import pair_item
from tests.trainer.events import requested
from tests.trainer.support import Trainer


async def test_the_local_model_ranks_what_is_meant_first_in_both_languages() -> None:
    embedder = LocalEmbedder()
    passages = await embedder.passages(["Minutes between scheduled and actual departure", "航空公司的名称"])
    for question, best in (("出发延误多久", 0), ("airline name", 1)):
        query = await embedder.query(question)
        assert int(np.argmax([float(passage @ query) for passage in passages])) == best
    assert len(passages[0]) == embedder.dimensions
    await embedder.close()


async def test_a_vector_comes_out_of_an_event_as_it_went_in() -> None:
    vector = np.asarray([0.1, -2.5, 3e-7], dtype=np.float32)
    assert (decode_vector(encode_vector("m", vector)) == vector).all()


def endpoint(answer: Callable[[httpx.Request], httpx.Response]) -> RemoteEmbedder:
    embedder = RemoteEmbedder("http://embeddings.test/v1", "m", "key")
    embedder._client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://embeddings.test/v1")
    return embedder


async def test_an_endpoint_that_is_busy_is_asked_again_and_its_answer_put_in_order() -> None:
    asked: list[list[str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content)["input"])
        if len(asked) == 1:
            return httpx.Response(503)
        rows = [{"index": 1, "embedding": [3.0, 4.0]}, {"index": 0, "embedding": [1.0, 2.0]}]
        return httpx.Response(200, json={"data": rows})

    embedder = endpoint(answer)
    assert [list(vector) for vector in await embedder.passages(["a", "b"])] == [[1.0, 2.0], [3.0, 4.0]]
    assert (asked, embedder.dimensions) == ([["a", "b"]] * 2, 2)


@pytest.mark.parametrize("body", [{"error": "quota"}, {"data": []}, {"data": [{"index": 0, "embedding": "x"}]}])
async def test_an_answer_without_vectors_is_a_failure_that_does_not_show_the_key(body: dict[str, object]) -> None:
    with pytest.raises(EmbeddingFailed) as failure:
        await endpoint(lambda _request: httpx.Response(200, json=body)).query("a")
    assert "key" not in str(failure.value)


async def test_a_text_is_embedded_once_even_when_nobody_waited_for_it(trainer: Trainer) -> None:
    trainer.embedder.stop_at = 0
    waiting = asyncio.create_task(trainer.embeddings.of(["text"]))
    await trainer.embedder.stopped()
    waiting.cancel()
    again = asyncio.create_task(trainer.embeddings.of(["text"]))
    trainer.embedder.go_on.set()
    async with asyncio.timeout(5):
        while not await trainer.pool.fetchval("SELECT count(*) FROM embeddings"):
            await asyncio.sleep(0.01)
    assert await again == await trainer.embeddings.of(["text"])
    assert trainer.embedder.texts == ["text"]


async def test_of_several_texts_the_unknown_are_embedded_each_once_and_long_ones_only_in_part(trainer: Trainer) -> None:
    [known] = await trainer.embeddings.of(["a"])
    vectors = await trainer.embeddings.of(["b", "a", "b", "c" * 5_000])
    assert (vectors[1], vectors[0]) == (known, vectors[2])
    assert [len(text) for text in trainer.embedder.texts] == [1, 1, 400]


async def test_a_model_that_takes_many_texts_at_once_is_given_them_so(trainer: Trainer) -> None:
    trainer.embedder.batch = 8
    pairs = tuple(pair_item(f"question {number}", f"SELECT {number}", ()) for number in range(20))
    await trainer.deliver(requested(items=pairs))
    await trainer.work("lesson")
    assert trainer.embedder.calls == [8, 8, 4]
    assert [item.item_id for c in await trainer.said() for item in c.items] == [item.item_id for item in pairs]
