"""What to do when a batch fails: a pure decision from the error and what was tried before."""

from typing import Literal

from libs.postgres.transient import is_transient

CONSECUTIVE_LIMIT = 20
"""So many events in a row that cannot be handled are no longer the events' fault: the consumer stops."""

Action = Literal["raise", "singly", "dead_letter", "stop"]
"""`raise` what no event is to blame for, handle each event `singly` to find the culprit, `dead_letter` this one event,
or `stop` because too many were refused."""


class TooManyDeadLetters(RuntimeError):
    """The handlers refuse one event after the other: a person has to look before more is set aside."""


class Gap(RuntimeError):
    """Records are missing between where the database stands and what Kafka handed out: read again from there."""


class LogReplaced(RuntimeError):
    """The log is shorter than what was read of it: Kafka lost data, or is another one than before."""

    def __init__(self, topic: str, partition: int, read: int, end: int) -> None:
        super().__init__(
            f"{topic}/{partition} ends at offset {end}, but {read} were read before. Kafka was restored or replaced: "
            "connect the one that was, or rebuild this service's read models from the log that is there."
        )


class ReadModelsReplaced(RuntimeError):
    """Another release has rebuilt the read models in its own shape: this process must not write them any more."""


def decide(error: Exception, *, single: bool, refused_in_a_row: int) -> Action:
    """What to do about `error` of a batch, or of one event when `single`."""
    if is_transient(error) or isinstance(error, Gap | ReadModelsReplaced):
        return "raise"
    if not single:
        return "singly"
    return "stop" if refused_in_a_row >= CONSECUTIVE_LIMIT else "dead_letter"
