"""An evaluation goes on when the API stumbles: what may pass is asked again, and what does not pass is told."""

from pathlib import Path
from typing import Any

import pytest

from tests.evaluation import client
from tests.evaluation.client import Evaluated, Refused
from tests.evaluation.questions import Database
from tests.query.scripted_model import scripted_model

ANSWERED = {"status": 200, "body": '{"outcome": "answered", "sql": "SELECT 1", "question_id": "q"}'}
LATER = {"status": 202, "body": '{"outcome": null, "question_id": "q"}'}
LATE, CLOSED = {"status": 504, "body": "Late"}, {"close": True}
REFUSED = {"status": 422, "body": "Too long"}


@pytest.mark.parametrize(
    ("moves", "outcome", "tries", "reason"),
    [
        ((LATE, CLOSED, {"status": 409}, ANSWERED), "answered", 4, None),
        ((LATER, LATE, LATER, ANSWERED), "answered", 4, None),
        ((LATE,), "failed", 4, "504 Late"),
        ((CLOSED,), "failed", 4, "RemoteProtocolError"),
        ((REFUSED,), "failed", 1, "422 Too long"),
    ],
)
async def test_a_question_is_asked_again_and_one_that_still_fails_is_written_with_its_reason(
    moves: tuple[dict[str, Any], ...], outcome: str, tries: int, reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(client, "_POLL_SECONDS", 0.0)
    async with scripted_model() as api:
        user = Evaluated(api.url)
        await api.will(*moves)
        line = await user.ask("d1", {"id": "a-1", "question": "How many?"})
        asked = await api.asked()
        await user.close()
    assert (line["id"], line["outcome"], len(asked)) == ("a-1", outcome, tries)
    assert reason in line["reason"] if reason else "reason" not in line
    posted = [request for request in asked if request["method"] == "POST"]
    assert len({request["headers"]["idempotency-key"] for request in posted}) == 1


async def test_what_must_be_there_for_all_questions_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSE_SECONDS", 0.0)
    async with scripted_model() as api:
        await api.will(LATE)
        with pytest.raises(Refused, match="504 Late"):
            await Evaluated(api.url).learn(Database(Path("a.sqlite")), Path("a.sqlite"), frozenset(), print)
