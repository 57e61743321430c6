"""Whatever a chat endpoint does, a question to it ends in time: with the model's words, or with a reason."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from libs.runtime import telemetry
from services.query.model.clean import sql_of
from services.query.model.client import Model, ModelUnavailable
from tests.query.scripted_model import ScriptedModel, scripted_model

SQL = "SELECT city FROM people"
PIECES = ["SELECT", " city\n", "FROM", " people"]
KEY = "sk-very-secret"
QUESTION = "Which cities are there? 上海"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server() -> AsyncIterator[ScriptedModel]:
    async with scripted_model() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def model(server: ScriptedModel) -> AsyncIterator[Model]:
    made = Model(f"{server.url}/v1/", "small", KEY, httpx.AsyncClient(trust_env=False))
    yield made
    await made.close()


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "_tracer", provider.get_tracer("test"))
    return exporter


async def _refused(model: Model, seconds: float = 20.0) -> ModelUnavailable:
    with pytest.raises(ModelUnavailable) as refused:
        await model.ask("Write SQL.", QUESTION, seconds=seconds)
    assert KEY not in f"{refused.value!r}{refused.value}"
    assert refused.value.detail("zh") != refused.value.detail("en") == str(refused.value)
    return refused.value


def _raw(*events: str) -> str:
    return "".join(f"data: {event}\n\n" for event in events)


ANSWERS = {
    "a stream": {"say": PIECES},
    "one document": {"document": "SELECT city\nFROM people"},
    "a stream that thinks in a field of its own": {
        "raw": _raw('{"choices": [{"delta": {"reasoning_content": "SELECT nothing"}}]}')
        + _raw('{"choices": [{"delta": {"content": "SELECT city\\nFROM people"}, "finish_reason": "stop"}]}')
    },
    "a stream that thinks aloud": {"say": ["<thi", "nk>SELECT noth", "ing</think>", *PIECES]},
    "text in parts": {
        "raw": _raw('{"choices": [{"delta": {"content": [{"type": "text", "text": "SELECT city\\nFROM people"}]}}]}')
        + _raw("[DONE]")
    },
    "a plain completion": {
        "raw": '{"choices": [{"text": "SELECT city\\nFROM people", "finish_reason": "stop"}]}',
    },
    "a connection that breaks after the end": {
        "raw": _raw('{"choices": [{"delta": {"content": "SELECT city\\nFROM people"}, "finish_reason": "stop"}]}'),
        "promised": 9_999,
    },
    "other line ends, comments and fields": {
        "raw": ': hello\r\nevent: chunk\r\ndata:{"choices":[{"delta":{"content":"SELECT city\\nFROM people"}}]}\r\n\r\n'
        "data: [DONE]\r\n\r\n"
    },
    "no last line end": {
        "raw": _raw('{"choices": [{"delta": {"content": "SELECT city\\nFROM people"}}]}') + "data:[DONE]"
    },
}


@pytest.mark.parametrize("move", ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_is_read_in_whatever_form_it_comes(
    move: dict[str, Any], server: ScriptedModel, model: Model
) -> None:
    await server.will(move)
    assert await model.ask("Write SQL.", QUESTION) == "SELECT city\nFROM people"


async def test_an_endpoint_is_asked_as_configured_and_hears_the_key_in_the_header_only(
    server: ScriptedModel,
) -> None:
    await server.will({"say": PIECES})
    http = httpx.AsyncClient(trust_env=False)
    model = Model(f"{server.url}/v1", "small", KEY, http, temperature=0.3, answer_tokens=77)
    await model.ask("Write SQL.", QUESTION)
    await model.close()
    [request] = await server.asked()
    assert (request["path"], request["headers"]["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert request["body"] == {
        "model": "small",
        "messages": [{"role": "system", "content": "Write SQL."}, {"role": "user", "content": QUESTION}],
        "temperature": 0.3,
        "max_tokens": 77,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert KEY not in repr(model)


@pytest.mark.parametrize(
    "passing",
    [
        {"status": 429},
        {"status": 503, "body": "<html>sorry</html>"},
        {"close": True},
        {"say": ["SELECT city FROM"], "cut": True},
        {"raw": _raw('{"choices": [{"delta": {"content": "SELECT c"}}]}', '{"error": {"message": "out of memory"}}')},
    ],
    ids=["429", "503", "a lost connection", "a stream that ends early", "an error in the stream"],
)
async def test_what_passes_is_tried_again(passing: dict[str, Any], server: ScriptedModel, model: Model) -> None:
    await server.will(passing, {"say": PIECES})
    assert sql_of(await model.ask("Write SQL.", QUESTION)) == "SELECT city\nFROM people"
    assert len(await server.asked()) == 2


@pytest.mark.parametrize(
    ("move", "reason", "tries"),
    [
        ({"status": 429}, "busy", 3),
        ({"status": 500}, "failing", 3),
        ({"close": True}, "unreachable", 3),
        ({"say": PIECES, "cut": True}, "cut_off", 3),
        ({"status": 401, "body": f"bad key {KEY}"}, "key_refused", 1),
        ({"status": 403}, "key_refused", 1),
        ({"status": 404}, "not_found", 1),
        ({"status": 400, "body": "no"}, "rejected", 1),
        ({"status": 307, "headers": {"Location": "/elsewhere"}}, "rejected", 1),
        ({"status": 400, "body": "the maximum context length is 2048 tokens; max_tokens is 1024"}, "too_long", 1),
        ({"say": []}, "empty", 1),
        ({"say": ["<think>", "well"]}, "empty", 1),
        ({"document": ""}, "empty", 1),
        ({"raw": ""}, "empty", 1),
        ({"raw": "<html>It works!</html>"}, "unreadable", 1),
        ({"raw": '{"hello": "world"}'}, "unreadable", 1),
        ({"status": 200, "headers": {"Content-Encoding": "gzip"}, "body": "1f8b"}, "unreadable", 1),
        ({"raw": '{"choices": "none"}'}, "unreadable", 1),
        ({"raw": "[" * 50_000}, "unreadable", 1),
        ({"raw": "data: \x00\ufffd{]\n\n"}, "unreadable", 1),
        ({"raw": "data: 7\n\n"}, "unreadable", 1),
        ({"say": ["SELECT city FROM"], "finish": "length"}, "unfinished", 1),
    ],
)  # fmt: skip
async def test_what_does_not_pass_ends_with_its_reason_after_a_few_tries(
    move: dict[str, Any], reason: str, tries: int, server: ScriptedModel, model: Model
) -> None:
    await server.will(move)
    refused = await _refused(model)
    assert (refused.reason, len(await server.asked())) == (reason, tries)


@pytest.mark.parametrize(
    "move",
    [{"silent": True}, {"raw": ": keep-alive\n\n", "repeat": 10**9}, {"status": 429, "headers": {"Retry-After": "60"}}],
    ids=["silence", "signs of life without end", "a wish to wait for too long"],
)
async def test_nothing_outlasts_the_deadline(move: dict[str, Any], server: ScriptedModel, model: Model) -> None:
    await server.will(move)
    refused = await _refused(model, seconds=0.6)
    assert refused.reason != "empty" and len(await server.asked()) == 1


async def test_of_an_answer_that_takes_too_long_what_is_whole_counts(server: ScriptedModel, model: Model) -> None:
    await server.will({"say": [f"{SQL};\n", "It is"], "silent": True})
    assert await model.ask("Write SQL.", QUESTION, seconds=1.0) == f"{SQL};"
    await server.will({"say": PIECES, "silent": True})
    assert (await _refused(model, seconds=0.5)).reason == "silent"
    ended = '{"choices": [{"delta": {"content": "SELECT city FROM people"}, "finish_reason": "stop"}]}'
    await server.will({"raw": _raw(ended), "silent": True})
    assert await model.ask("Write SQL.", QUESTION, seconds=0.5) == SQL


async def test_an_endpoint_is_not_asked_again_before_the_time_that_it_names(
    server: ScriptedModel, model: Model
) -> None:
    await server.will({"status": 429, "headers": {"Retry-After": "1"}}, {"say": PIECES})
    began = time.monotonic()
    await model.ask("Write SQL.", QUESTION)
    assert time.monotonic() - began >= 1
    await server.will({"status": 429, "headers": {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}})
    assert (await _refused(model)).reason == "busy" and len(await server.asked()) == 1


async def test_nobody_at_the_address_is_told_as_that() -> None:
    model = Model("http://127.0.0.1:1/v1", "small", KEY, httpx.AsyncClient(trust_env=False))
    assert (await _refused(model)).reason == "unreachable"


@pytest.mark.parametrize(
    "endless",
    [
        {"say": [f"{SQL};\n", "and so on. " * 1_000], "repeat": 1_000},
        {"say": [f"```sql\n{SQL}\n```\n", "and so on. " * 1_000], "repeat": 1_000},
        {"say": [f"{SQL};\n", "and so on"], "finish": "length"},
    ],
    ids=["10 MB", "10 MB after a fence", "more than the budget"],
)
async def test_of_an_answer_that_does_not_end_what_surely_is_whole_counts(
    endless: dict[str, Any], server: ScriptedModel, model: Model
) -> None:
    await server.will(endless)
    said = await model.ask("Write SQL.", QUESTION)
    assert sql_of(said) == SQL and len(said) <= 100_000


@pytest.mark.parametrize(
    "endless",
    [
        {"raw": "data: " + "x" * 10**7},
        {"document": "x" * 10**7},
        {"say": ["x" * 10_000], "repeat": 1_000},
        {"say": ["think "], "delta": "reasoning_content", "repeat": 50_000},
    ],
    ids=["a line", "a document", "a stream", "thinking"],
)
async def test_ten_megabytes_of_nothing_are_not_read_to_their_end(
    endless: dict[str, Any], server: ScriptedModel, model: Model
) -> None:
    await server.will(endless)
    assert (await _refused(model)).reason == "unfinished"


async def test_fields_that_an_endpoint_does_not_know_are_left_out_from_then_on(
    server: ScriptedModel, model: Model
) -> None:
    await server.will(
        {"status": 400, "body": "Unrecognized request argument supplied: stream_options"},
        {"status": 400, "body": "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."},
        {"status": 422, "body": "temperature does not support 0 with this model"},
        {"say": PIECES},
    )
    for _ in range(2):
        assert sql_of(await model.ask("Write SQL.", QUESTION)) == "SELECT city\nFROM people"
    *_, before, last = await server.asked()
    assert before["body"] == last["body"] and last["body"].keys() == {
        "model",
        "messages",
        "stream",
        "max_completion_tokens",
    }


async def test_an_endpoint_that_refuses_whatever_is_left_out_is_not_asked_for_ever(
    server: ScriptedModel, model: Model
) -> None:
    await server.will({"status": 400, "body": "stream stream_options max_tokens max_completion_tokens temperature"})
    assert (await _refused(model)).reason == "rejected" and len(await server.asked()) == 6


async def test_a_call_is_traced_by_the_conventions_without_key_and_texts(
    server: ScriptedModel, model: Model, spans: InMemorySpanExporter
) -> None:
    await server.will({"status": 503}, {"say": PIECES})
    await model.ask("Write SQL.", QUESTION)
    await server.will({"status": 401})
    await _refused(model)
    await server.will({"silent": True})
    await _refused(model, seconds=0.1)
    answered, refused, silent = spans.get_finished_spans()
    assert (answered.name, answered.kind.name, answered.status.status_code.name) == ("chat small", "CLIENT", "UNSET")
    assert dict(answered.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "small",
        "gen_ai.request.temperature": 0.0,
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.response.model": "small-1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
        "server.address": "127.0.0.1",
        "server.port": httpx.URL(server.url).port,
    }
    assert [_error(span) for span in (refused, silent)] == [("ERROR", "401"), ("ERROR", "silent")]
    everything = "".join(span.to_json() for span in (answered, refused, silent))
    assert all(word not in everything for word in (KEY, QUESTION, "SELECT", "Write SQL"))


def _error(span: ReadableSpan) -> tuple[str, object]:
    return span.status.status_code.name, (span.attributes or {}).get("error.type")
