"""Old shapes of events become the newest one on reading, in one place, so that consumers know only the newest."""

from collections.abc import Callable
from typing import Any

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTS: dict[tuple[str, int], Upcast] = {}
"""(event name, schema version) -> what makes the next version of it. Empty as long as every event is at version 1."""


def upcast(name: str, version: int, newest: int, data: dict[str, Any]) -> dict[str, Any]:
    """Lift `data` of event `name` from `version` to `newest`, a version at a time."""
    for step in range(version, newest):
        data = UPCASTS[name, step](data)
    return data
