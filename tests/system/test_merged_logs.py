"""What `make up` prints: the logs of all processes in the order of time, readable."""

import json
from pathlib import Path

from deploy.local.logs import Tail, merged, readable


def line(timestamp: str, event: str, **fields: object) -> str:
    """Return a structured line."""
    return json.dumps({"timestamp": timestamp, "level": "info", "event": event} | fields) + "\n"


def test_lines_of_several_processes_come_in_the_order_of_time(tmp_path: Path) -> None:
    tails = [Tail(name, tmp_path / f"{name}.log") for name in ("gateway", "trainer")]
    (tmp_path / "gateway.log").write_text(line("2026-01-01T00:00:01Z", "first") + line("2026-01-01T00:00:03Z", "third"))
    (tmp_path / "trainer.log").write_text(line("2026-01-01T00:00:02Z", "second") + "half a li")
    assert [json.loads(text)["event"] for _, text in merged(tails)] == ["first", "second", "third"]
    assert merged(tails) == []
    with (tmp_path / "trainer.log").open("a") as log:
        log.write("ne\n")
    assert merged(tails) == [("trainer", "half a line")]


def test_a_tail_begins_at_the_end_and_notices_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "query.log"
    path.write_text("what was said in an earlier run\n")
    tail = Tail("query", path)
    assert tail.lines() == []
    path.write_text("new\n")
    assert tail.lines() == ["new"]


def test_a_structured_line_shows_its_event_and_fields() -> None:
    text = readable("trainer", line("2026-01-01T00:00:01Z", "batch_done", items=50, 表="航班"))
    assert text is not None
    assert text.plain.endswith(" trainer | batch_done items=50 表=航班")


def test_of_a_server_only_alarms_are_shown() -> None:
    assert readable("kafka", "[main] WARN something usual") is None
    assert readable("postgres", "LOG:  checkpoint complete") is None
    alarm = readable("postgres", "FATAL:  out of disk")
    assert alarm is not None and alarm.plain.endswith("FATAL:  out of disk")


def test_other_output_of_a_service_is_shown_as_it_is() -> None:
    text = readable("gateway", "Traceback (most recent call last):")
    assert text is not None and text.plain.endswith("Traceback (most recent call last):")
