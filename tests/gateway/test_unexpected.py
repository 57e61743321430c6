"""What nobody expected is a problem too, and names the trace by which an operator finds it."""

import httpx
from starlette.types import Receive, Scope, Send

from services.gateway.api.middleware import Trace
from tests.gateway.test_bad_input import assert_problem


async def _broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("nobody expected this")


async def test_an_unexpected_error_is_a_problem_with_its_trace_and_says_nothing_of_the_inside() -> None:
    transport = httpx.ASGITransport(app=Trace(_broken))
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01", "Accept-Language": "zh"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as client:
        problem = assert_problem(await client.get("/anything"), 500)
    assert (problem["trace_id"], problem["title"]) == (trace_id, "内部错误")
    assert "nobody expected" not in str(problem)
