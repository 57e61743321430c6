"""The clock of this process: for times that people read. Leases and deadlines of work use the database's clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
