"""Time for a part of a reading that may stay unfinished."""

import time

from sqlalchemy.ext.asyncio import AsyncConnection

from libs.datasources.errors import TookTooLong
from libs.datasources.kinds import kind_of

STATEMENT_SECONDS = 5.0
_LEAST_SECONDS = 0.01


class Allowance:
    """So many seconds in all, and few for one statement, so that no table takes the time of all others."""

    def __init__(self, connection: AsyncConnection, seconds: float) -> None:
        self._connection = connection
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds; none when there are too few for a statement."""
        left = self._ends - time.monotonic()
        return left if left > _LEAST_SECONDS else 0.0

    async def limit(self) -> None:
        """Let the next statement last no longer than it may; raises `TookTooLong` when there is no time for one."""
        if not (left := self.left):
            raise TookTooLong
        await kind_of(self._connection).limit(self._connection, min(left, STATEMENT_SECONDS))
