"""How often something that dies is started again, and after what delay."""

import time
from collections import deque

RESTARTS = 5
RESTART_WINDOW_SECONDS = 60
FIRST_DELAY_SECONDS = 0.1


class Restarts:
    """Counts the restarts of one program."""

    def __init__(self) -> None:
        self._starts: deque[float] = deque(maxlen=RESTARTS)

    def delay(self) -> float | None:
        """Return the seconds to wait before the next start, longer each time; None when it died too often lately."""
        now = time.monotonic()
        if len(self._starts) == RESTARTS and now - self._starts[0] < RESTART_WINDOW_SECONDS:
            return None
        recent = sum(now - start < RESTART_WINDOW_SECONDS for start in self._starts)
        self._starts.append(now)
        return FIRST_DELAY_SECONDS * 2.0**recent
