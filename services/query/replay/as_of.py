"""Where the log of what is known stood at an earlier knowledge version, or at a time."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiokafka import TopicPartition

from libs.events.catalog import (
    BY_NAME,
    BusinessTermChanged,
    CheckpointReached,
    DatasetChanged,
    Event,
    KnowledgeRemoved,
    SchemaInspected,
)
from libs.events.envelope import Record, Undecodable, decode
from libs.events.log import EPOCH, Ends, open_log

_COUNTED = tuple(event.__name__ for event in (CheckpointReached, BusinessTermChanged, KnowledgeRemoved))
_OTHERS = (DatasetChanged.__name__, SchemaInspected.__name__)
_KNOWLEDGE = (*_COUNTED, *_OTHERS)
"""What a question is answered with. Questions, and how a database is reached, are taken as they are today."""


class NeverReached(Exception):
    """A dataset never had so high a version; `newest` is the highest it had."""

    def __init__(self, newest: int) -> None:
        super().__init__(newest)
        self.newest = newest


@dataclass(frozen=True)
class Mark:
    """An event that may raise the version of what a dataset knows, when it was sent, and what of it counts."""

    milliseconds: int
    place: TopicPartition
    offset: int
    checkpoint: tuple[str, int] | None = None
    terms: int = 0
    generation: int = 0


@dataclass(frozen=True)
class Past:
    """Looks up earlier states of what a dataset knows."""

    bootstrap: str
    prefix: str
    dataset_id: str

    async def ends(self, topics: Iterable[str], as_of: int | datetime) -> Ends:
        """Where each of `topics` is to be read to, for what was known as of a version or a time.

        Raises `NeverReached` for a version that was not reached yet.
        """
        marks = [mark async for mark in self._marks()] if isinstance(as_of, int) else []
        async with open_log(self.bootstrap, [self.prefix + topic for topic in topics]) as log:
            ends = await log.ends()
            if isinstance(as_of, datetime):
                return ends | self._only(_KNOWLEDGE, await log.before(as_of))
            after = marks_after(as_of, marks)
            if not after:
                return ends
            moment = EPOCH + timedelta(milliseconds=after[0].milliseconds)
            # Events of one millisecond can be told apart where they are counted.
            counted = {mark.place: mark.offset for mark in sorted(after, key=lambda mark: -mark.offset)}
            return ends | self._only(_OTHERS, await log.before(moment)) | counted

    def concerns(self, record: Record) -> bool:
        """Whether a record may be about the dataset; data sources are all kept, for it may have had several."""
        event = BY_NAME[record.topic.removeprefix(self.prefix)].event
        return event.key_field != "dataset_id" or record.key == self.dataset_id.encode()

    def _only(self, topics: Iterable[str], ends: Ends) -> Ends:
        return {place: end for place, end in ends.items() if place.topic.removeprefix(self.prefix) in topics}

    async def _marks(self) -> AsyncIterator[Mark]:
        latest: dict[TopicPartition, int] = {}
        async with open_log(self.bootstrap, [self.prefix + topic for topic in _COUNTED]) as log:
            async for record in log.read(await log.ends()):
                place = TopicPartition(record.topic, record.partition)
                # Clocks differ; of one partition the order is what counts.
                latest[place] = max(record.timestamp, latest.get(place, 0))
                if not self.concerns(record):
                    continue
                try:
                    event = decode(record, self.prefix).event
                except Undecodable:
                    continue
                yield mark_of(event, latest[place], place, record.offset)


def mark_of(event: Event, milliseconds: int, place: TopicPartition, offset: int) -> Mark:
    """The mark of an event at its place in the log; what it taught is not kept, it may be much."""
    match event:
        case CheckpointReached() if event.items or event.forgotten:
            return Mark(milliseconds, place, offset, checkpoint=(event.training_id, event.sequence))
        case BusinessTermChanged():
            return Mark(milliseconds, place, offset, terms=event.terms_version)
        case KnowledgeRemoved():
            return Mark(milliseconds, place, offset, generation=event.generation)
    return Mark(milliseconds, place, offset)


def marks_after(version: int, marks: Iterable[Mark]) -> list[Mark]:
    """The marks that belong to later versions than `version`, the first one first; raises `NeverReached`."""
    in_order = sorted(marks, key=lambda mark: (mark.milliseconds, mark.place, mark.offset))
    checkpoints: set[tuple[str, int] | None] = {None}
    terms = generation = reached = 0
    for number, mark in enumerate(in_order):
        checkpoints.add(mark.checkpoint)
        terms, generation = max(terms, mark.terms), max(generation, mark.generation)
        reached = len(checkpoints) - 1 + terms + generation  # As `recall` counts it.
        if reached > version:
            return in_order[number:]
    if reached < version:
        raise NeverReached(reached)
    return []
