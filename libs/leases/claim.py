"""Offering work, claiming it with a lease, and the fence that every effect of the work passes.

A lease is (holder, epoch): the database gives a higher epoch at each claim, and its clock decides when a lease is over.
"""

import time
from dataclasses import dataclass, replace

import asyncpg

from libs.postgres.pool import Connection

_MARGIN = 0.5
"""Seconds before its end at which a holder stops trusting its lease by itself."""

_OFFER = """
WITH offered AS (
    INSERT INTO work (kind, subject, group_key, priority, available_at, epoch, turn_key)
    VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5),
            greatest($6, (SELECT coalesce(max(epoch), 0) FROM work_epochs WHERE kind = $1 AND subject = $2)), $7)
    ON CONFLICT (kind, subject) DO UPDATE
    SET offered_again = work.state = 'held', available_at = least(work.available_at, excluded.available_at)
) SELECT pg_notify('work_' || $1, $2)
"""
_CANDIDATES = """
SELECT subject, group_key, turn_key FROM work AS w
WHERE kind = $1 AND available_at <= clock_timestamp()
  AND (state = 'ready' OR expires_at < clock_timestamp())
  AND (group_key IS NULL OR NOT EXISTS (
        SELECT FROM work AS other WHERE other.kind = w.kind AND other.group_key = w.group_key
        AND other.subject <> w.subject AND other.state = 'held' AND other.expires_at >= clock_timestamp()))
ORDER BY {order} LIMIT $2 FOR UPDATE OF w SKIP LOCKED
"""
_IN_ORDER = _CANDIDATES.format(order="priority DESC, offered_at")
# First who has least of it in hand, then who has waited longest since the last turn.
_IN_TURNS = _CANDIDATES.format(
    order="""priority DESC, (
    SELECT count(*) FROM work AS t WHERE t.kind = w.kind AND t.turn_key = w.turn_key AND t.state = 'held'
    AND t.expires_at >= clock_timestamp()),
    (SELECT taken_at FROM work_turns AS t WHERE t.kind = w.kind AND t.turn_key = w.turn_key) NULLS FIRST,
    offered_at"""
)
_YIELD_GROUP = """
UPDATE work SET state = 'ready', holder = NULL
WHERE kind = $1 AND group_key = $2 AND subject <> $3 AND state = 'held' AND expires_at < clock_timestamp()
"""
_TAKE = """
WITH taken AS (
    UPDATE work SET state = 'held', holder = $3, epoch = epoch + 1, offered_again = false,
        expires_at = clock_timestamp() + make_interval(secs => $4)
    WHERE kind = $1 AND subject = $2 RETURNING epoch, turn_key
), remembered AS (
    INSERT INTO work_epochs SELECT $1, $2, epoch FROM taken
    ON CONFLICT (kind, subject) DO UPDATE SET epoch = greatest(work_epochs.epoch, excluded.epoch)
), turn AS (
    INSERT INTO work_turns SELECT $1, turn_key, clock_timestamp() FROM taken WHERE turn_key IS NOT NULL
    ON CONFLICT (kind, turn_key) DO UPDATE SET taken_at = excluded.taken_at
) SELECT epoch FROM taken
"""
_EXPIRE = """
UPDATE work SET expires_at = clock_timestamp() WHERE kind = $1 AND state = 'held' AND starts_with(holder, $2)
"""
_RENEW = """
UPDATE work SET expires_at = clock_timestamp() + make_interval(secs => $5)
WHERE kind = $1 AND subject = $2 AND state = 'held' AND holder = $3 AND epoch = $4 RETURNING epoch
"""
# Who waits for the group is woken too; to be asked behind the fence, which keeps others from offering meanwhile.
_FINISH = """
WITH done AS (
    DELETE FROM work WHERE kind = $1 AND subject = $2 AND NOT offered_again RETURNING group_key
), again AS (
    UPDATE work SET state = 'ready', holder = NULL, offered_again = false, available_at = clock_timestamp()
    WHERE kind = $1 AND subject = $2 AND offered_again RETURNING subject
) SELECT pg_notify('work_' || $1, $2) WHERE EXISTS (SELECT FROM again)
    OR EXISTS (SELECT FROM done WHERE group_key IS NOT NULL)
"""
_RELEASE = """
WITH released AS (
    UPDATE work SET state = 'ready', holder = NULL, offered_again = false,
        available_at = clock_timestamp() + make_interval(secs => $3)
    WHERE kind = $1 AND subject = $2
) SELECT pg_notify('work_' || $1, $2)
"""
_FENCE = """
SELECT FROM work WHERE kind = $1 AND subject = $2 AND state = 'held' AND holder = $3 AND epoch = $4 FOR UPDATE
"""


class LeaseLost(Exception):
    """The lease was taken over: what this process still wants to write about the work is refused."""


class WorkGone(Exception):
    """What the work is about is not known: it may not be known yet, or never again."""


@dataclass(frozen=True)
class Lease:
    """The right to do a piece of work. `trusted_until` is `time.monotonic()` seconds of this process."""

    kind: str
    subject: str
    group_key: str | None
    holder: str
    epoch: int
    trusted_until: float


async def offer(
    connection: Connection,
    kind: str,
    subject: str,
    *,
    group_key: str | None = None,
    priority: int = 0,
    delay: float = 0.0,
    epoch_floor: int = 0,
    turn_key: str | None = None,
) -> None:
    """Offer work from the commit of this transaction on; of one `group_key` only one is held at a time.

    Where work is claimed in turns, each `turn_key` has its turn, however much of it is offered.
    Offering what is offered changes nothing; what is held at the moment is offered again when it is finished.
    """
    await connection.execute(_OFFER, kind, subject, group_key, priority, delay, epoch_floor, turn_key)


async def claim(
    connection: Connection, kind: str, holder: str, ttl: float, limit: int, *, in_turns: bool = False
) -> list[Lease]:
    """Claim up to `limit` pieces of work for `ttl` seconds: new ones, and those whose holder let its lease run out.

    The oldest first, or `in_turns` between those who offered.
    """
    leases: list[Lease] = []
    began = time.monotonic()
    async with connection.transaction():
        # In turns each claim changes whose turn it is, so they are made one by one.
        for _ in range(limit if in_turns else 1):
            rows = await connection.fetch(_IN_TURNS if in_turns else _IN_ORDER, kind, 1 if in_turns else limit)
            groups: set[str] = set()
            for row in rows:
                if row["group_key"] is None or row["group_key"] not in groups:
                    groups.add(row["group_key"])
                    epoch = await _take(connection, kind, row, holder, ttl)
                    if epoch is not None:
                        trusted = began + ttl - _MARGIN
                        leases.append(Lease(kind, row["subject"], row["group_key"], holder, epoch, trusted))
    return leases


async def _take(connection: Connection, kind: str, row: asyncpg.Record, holder: str, ttl: float) -> int | None:
    epoch: int | None
    if row["group_key"] is None:
        epoch = await connection.fetchval(_TAKE, kind, row["subject"], holder, ttl)
        return epoch
    try:
        async with connection.transaction():
            await connection.execute(_YIELD_GROUP, kind, row["group_key"], row["subject"])
            epoch = await connection.fetchval(_TAKE, kind, row["subject"], holder, ttl)
            return epoch
    except asyncpg.UniqueViolationError:
        return None  # Another process took one of the group between our look and our grip.


async def expire(connection: Connection, kind: str, holders: str) -> None:
    """End the leases of holders whose names begin with `holders`: of a process that is known to be dead."""
    await connection.execute(_EXPIRE, kind, holders)


async def renew(connection: Connection, lease: Lease, ttl: float) -> Lease | None:
    """The lease for `ttl` seconds from now; None when it was taken over."""
    began = time.monotonic()
    kept = await connection.fetchval(_RENEW, lease.kind, lease.subject, lease.holder, lease.epoch, ttl)
    return None if kept is None else replace(lease, trusted_until=began + ttl - _MARGIN)


async def fence(connection: Connection, lease: Lease) -> None:
    """Let pass, and hold to the end of this transaction, only the holder of the newest epoch; raises `LeaseLost`."""
    if await connection.fetchrow(_FENCE, lease.kind, lease.subject, lease.holder, lease.epoch) is None:
        raise LeaseLost(f"{lease.kind} {lease.subject}: epoch {lease.epoch} of {lease.holder} was taken over")


async def finish(connection: Connection, lease: Lease) -> None:
    """The work is done; if it was offered again meanwhile, it is ready once more. Raises `LeaseLost`."""
    await fence(connection, lease)
    await connection.execute(_FINISH, lease.kind, lease.subject)


async def release(connection: Connection, lease: Lease, delay: float = 0.0) -> None:
    """Give the work back, to be claimed after `delay` seconds. Raises `LeaseLost`."""
    await fence(connection, lease)
    await connection.execute(_RELEASE, lease.kind, lease.subject, delay)


async def withdraw(connection: Connection, kind: str, subject: str) -> bool:
    """Take an offer back; False when somebody holds it."""
    deleted = await connection.execute(
        "DELETE FROM work WHERE kind = $1 AND subject = $2 AND state = 'ready'", kind, subject
    )
    if deleted != "DELETE 0":
        return True
    return not await connection.fetchval(
        "SELECT EXISTS (SELECT FROM work WHERE kind = $1 AND subject = $2)", kind, subject
    )
