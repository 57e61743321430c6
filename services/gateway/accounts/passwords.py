"""Hashes of passwords (Argon2id). Each takes a while by intention, so it is made in a thread."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's second choice for Argon2id
_NOBODY = _hasher.hash("nobody has this password")


async def hashed(password: str) -> str:
    """What is kept of a password."""
    return await asyncio.to_thread(_hasher.hash, password)


async def verified(kept: str | None, password: str) -> bool:
    """Whether it is the password; without a kept hash the answer is no, and takes as long."""
    right = await asyncio.to_thread(_verify, kept or _NOBODY, password)
    return right and kept is not None


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (Argon2Error, InvalidHashError):
        return False
