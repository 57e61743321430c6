"""What to do when a batch fails: a pure decision from the error and what was tried before."""

from dataclasses import dataclass
from typing import Literal

from libs.postgres.transient import is_transient

CONSECUTIVE_LIMIT = 20
"""So many events in a row that cannot be handled are no longer the events' fault: the consumer stops."""


class TooManyDeadLetters(RuntimeError):
    """The handlers refuse one event after the other: a person has to look before more is set aside."""


class Gap(RuntimeError):
    """Records are missing between where the database stands and what Kafka handed out: read again from there."""


@dataclass(frozen=True)
class Decision:
    """What to do with a batch, or with one event of it.

    `retry` it, `reread` from where the database stands, handle it `singly` to find the culprit, `dead_letter` this one
    event, or `stop`.
    """

    action: Literal["retry", "reread", "singly", "dead_letter", "stop"]


def decide(error: Exception, *, single: bool, refused_in_a_row: int) -> Decision:
    """The decision for `error` of a batch, or of one event when `single`."""
    if is_transient(error):
        return Decision("retry")
    if isinstance(error, Gap):
        return Decision("reread")
    if not single:
        return Decision("singly")
    if refused_in_a_row >= CONSECUTIVE_LIMIT:
        return Decision("stop")
    return Decision("dead_letter")
