"""Every wait has a deadline, and says what it waited for when that passes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class DeadlinePassed(TimeoutError):
    """`operation` took longer than `seconds`."""

    def __init__(self, operation: str, seconds: float) -> None:
        super().__init__(f"{operation} took longer than {seconds:g} s")
        self.operation, self.seconds = operation, seconds


@asynccontextmanager
async def deadline(seconds: float, operation: str) -> AsyncIterator[None]:
    """Cancel the body after `seconds` and raise `DeadlinePassed`."""
    try:
        async with asyncio.timeout(seconds) as scope:
            yield
    except TimeoutError as error:
        if scope.expired():
            raise DeadlinePassed(operation, seconds) from error
        raise
