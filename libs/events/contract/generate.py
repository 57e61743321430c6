"""Writes the published contract from the catalogue: a JSON Schema per event and version, and `asyncapi.yaml`.

`python -m libs.events.contract.generate` writes, `--check` only says what is outdated. A change that would break an old
consumer is never written: such an event gets a new `schema_version` and an upcast instead.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]
from pydantic.json_schema import GenerateJsonSchema

from libs.events.catalog import TOPICS, Event
from libs.events.contract.asyncapi import asyncapi
from libs.events.contract.compatibility import breaking_changes
from libs.events.envelope import schema_urn

FOLDER = Path(__file__).parent
SCHEMAS = FOLDER / "schemas"


class BreakingChange(RuntimeError):
    """A published schema would no longer fit its old events or its old consumers."""


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what is on the log; fields with a default may be missing in older events."""
    schema = event.model_json_schema(schema_generator=_Schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_urn(event.__name__, event.schema_version),
        **schema,
    }


def contract() -> dict[Path, str]:
    """Every generated file with its text."""
    files = {
        SCHEMAS / topic.name / f"{topic.event.schema_version}.json": _json(schema_of(topic.event)) for topic in TOPICS
    }
    files[FOLDER / "asyncapi.yaml"] = yaml.safe_dump(asyncapi(TOPICS), allow_unicode=True, width=120)
    return files


def outdated() -> list[Path]:
    """The committed files that differ from what the catalogue says now."""
    return [path for path, text in contract().items() if not path.exists() or path.read_text() != text]


def write() -> list[Path]:
    """Write what is outdated and give its paths; raises `BreakingChange` and then writes nothing."""
    changed, files = outdated(), contract()
    broken = [
        f"{path.parent.name}: {problem}"
        for path in changed
        if path.suffix == ".json" and path.exists()
        for problem in breaking_changes(json.loads(path.read_text()), json.loads(files[path]))
    ]
    if broken:
        raise BreakingChange("\n".join([*broken, "Raise `schema_version` of the event and add an upcast instead."]))
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path])
    return changed


def main() -> int:
    """The command line: 0 when all is (or now is) up to date."""
    parser = argparse.ArgumentParser(description="Write the published event contract from the catalogue.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is outdated")
    check: bool = parser.parse_args().check
    try:
        changed = outdated() if check else write()
    except BreakingChange as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for path in changed:
        sys.stdout.write(f"{'outdated' if check else 'written'}: {path.relative_to(FOLDER)}\n")
    return 1 if check and changed else 0


class _Schema(GenerateJsonSchema):
    """Without titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
