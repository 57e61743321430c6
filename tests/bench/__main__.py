"""`make bench`: runs every measurement on the real stack and prints one JSON line for each figure."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from deploy.local.infrastructure import Infrastructure, infrastructure
from tests.bench.projection import produce_to_projected
from tests.bench.service import whole_stack

Figure = dict[str, Any]
Measurement = Callable[[Infrastructure], Awaitable[list[Figure]]]


async def main() -> int:
    """Measure; gives the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        async with infrastructure(Path(folder), prefix="ESPALIER_TEST_") as running:
            for figure in await produce_to_projected(running):
                print(json.dumps(figure), flush=True)
    for figure in await whole_stack():
        print(json.dumps(figure), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
