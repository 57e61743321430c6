"""Learns planned items: skips what is known, embeds the rest, and makes a checkpoint of each batch."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from libs.events.catalog import Language, LearnedItem
from libs.language.catalogue import sentences, text
from services.trainer.datasets.stages import LAST, Stage
from services.trainer.embeddings import Embeddings
from services.trainer.runs.attempt import Attempt
from services.trainer.runs.learned import Known, counting_pairs, known_items

_BATCH_ITEMS = 16
_BATCH_BYTES = 500_000
_BATCH_SECONDS = 0.5
_BATCH_FORGOTTEN = 5_000


@dataclass
class Learner:
    """Learns the items of one attempt; `skipped` counts what others had taught, `forgotten` what is no longer true."""

    attempt: Attempt
    embeddings: Embeddings
    language: Language
    skipped: int = 0
    forgotten: int = 0
    _checkpointed_at: float = field(default_factory=time.monotonic)

    async def known(self) -> dict[str, Known]:
        """What the dataset knows now, and what was taken back, by id."""
        state = self.attempt.state
        generation = state.requested.generation if state.requested else 0
        async with self.attempt.pool.acquire() as connection:
            return await known_items(connection, state.dataset_id, generation)

    async def counting(self, pairs: Sequence[LearnedItem]) -> dict[str, Known]:
        """Those of `pairs` by which the dataset answers their questions now, or that this training taught, by id."""
        state, ids = self.attempt.state, [pair.item_id for pair in pairs]
        generation = state.requested.generation if state.requested else 0
        async with self.attempt.pool.acquire() as connection:
            return await counting_pairs(connection, state.dataset_id, generation, ids, state.training_id)

    async def learn(self, stage: Stage, planned: Sequence[LearnedItem], stale: Sequence[str] = ()) -> None:
        """Learn `planned` and forget the items `stale`; ends with a checkpoint at the end of the stage."""
        known = await self.known()
        fresh = self.fresh(planned, known)
        self._move(stage, len(planned) - len(fresh), len(planned))
        await self.take(stage, fresh, len(planned) - len(fresh), len(planned))
        await self.close(stage, len(planned), stale)

    def fresh(self, planned: Sequence[LearnedItem], known: Mapping[str, Known]) -> list[LearnedItem]:
        """Those of `planned` that are neither known nor taken back; the known ones are counted, but for what this
        training taught itself."""
        own = self.attempt.state.training_id
        there = [known[item.item_id] for item in planned if item.item_id in known]
        self.skipped += sum(item.training_id != own and not item.taken_back for item in there)
        return [item for item in planned if item.item_id not in known]

    async def take(self, stage: Stage, items: Sequence[LearnedItem], done: int, total: int) -> None:
        """Learn `items`, before which `done` of `total` are; a checkpoint follows whenever a batch is full."""
        for start in range(0, len(items), self.embeddings.embedder.batch):
            together = items[start : start + self.embeddings.embedder.batch]
            for item in await self._embedded(together):
                done += 1
                await self._hold(stage, item, done, total)

    async def _embedded(self, items: Sequence[LearnedItem]) -> Sequence[LearnedItem]:
        # A table is found by its overview; a vector of its structure too would double what a large database costs.
        texts = [item.text for item in items if item.kind != "ddl"]
        if not texts:
            return items
        vectors = iter(await self.attempt.attend(self.embeddings.of(texts)))
        return [item if item.kind == "ddl" else item.model_copy(update={"embedding": next(vectors)}) for item in items]

    async def _hold(self, stage: Stage, item: LearnedItem, done: int, total: int) -> None:
        if self.attempt.place.items and self._held_bytes() + _weight(item) > _BATCH_BYTES:
            await self._checkpoint()
        self.attempt.hold(item)
        self._move(stage, done, total)
        full = len(self.attempt.place.items) >= _BATCH_ITEMS or self._held_bytes() >= _BATCH_BYTES
        due = full or time.monotonic() - self._checkpointed_at > _BATCH_SECONDS
        if due and done < total:  # After the last one comes the checkpoint that closes the stage.
            await self._checkpoint()

    async def close(self, stage: Stage, total: int, stale: Sequence[str] = ()) -> None:
        """Make the checkpoint at the end of a stage; the last stage ends the training."""
        self._move(stage, total, total)
        ends, message = stage.number == LAST.number, self.attempt.place.message
        self.forgotten += len(stale)
        if ends:
            message = text("trainer.complete", self.language, learned=self._learned_in_all(), known=self.skipped)
        if forgotten := self.forgotten if ends else len(stale):
            message = sentences(message, text("trainer.forgot", self.language, count=forgotten))
        while len(stale) > _BATCH_FORGOTTEN:
            await self.attempt.checkpoint(forgotten=tuple(stale[:_BATCH_FORGOTTEN]))
            stale = stale[_BATCH_FORGOTTEN:]
        await self.attempt.checkpoint(forgotten=tuple(stale), message=message, ends=ends)
        self._checkpointed_at = time.monotonic()

    async def _checkpoint(self) -> None:
        await self.attempt.checkpoint()
        self._checkpointed_at = time.monotonic()

    def _held_bytes(self) -> int:
        return sum(map(_weight, self.attempt.place.items))

    def _learned_in_all(self) -> int:
        return self.attempt.state.items_learned + len(self.attempt.place.items)

    def _move(self, stage: Stage, done: int, total: int) -> None:
        message = text(stage.message, self.language, done=done, total=total)
        self.attempt.move(stage.number, stage.progress(done, total), message)


def _weight(item: LearnedItem) -> int:
    return len(item.model_dump_json().encode())


def stale_items(
    known: dict[str, Known], planned: Sequence[LearnedItem], kinds: Sequence[str], scope: set[str] | None
) -> list[str]:
    """Ids of known items of `kinds` that a training made and that are no longer in the plan.

    `scope` names the tables that were looked at; None means that all were, so that what is not there is gone.
    """
    wanted = {item.item_id for item in planned}
    return sorted(
        item.item_id
        for item in known.values()
        if item.kind in kinds
        and item.origin == "training"
        and not item.taken_back
        and item.item_id not in wanted
        and (scope is None or scope.issuperset(item.tables))
    )
