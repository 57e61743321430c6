"""How a dataset and its business terms may change, decided without clock, database or broker."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import normalize

from libs.events.catalog import BusinessTermChanged, DatasetChanged
from services.gateway.trainings.decider import Training, decide_start


@dataclass(frozen=True)
class BeingTrained:
    """The dataset cannot go while the training `training_id` is active."""

    training_id: str


def decide_change(before: DatasetChanged, given: dict[str, Any], at: datetime, who: str) -> DatasetChanged:
    """The next version, with what is given; the same one when that says nothing new."""
    changed = DatasetChanged.model_validate(before.model_dump() | given)
    if changed == before:
        return before
    return changed.model_copy(update={"version": before.version + 1, "changed_at": at, "who": who})


def decide_delete(
    before: DatasetChanged, training: Training | None, at: datetime, who: str
) -> DatasetChanged | BeingTrained:
    """The last version."""
    if active := decide_start(training):
        return BeingTrained(active)
    return decide_change(before, {"deleted": True}, at, who)


def same_name(one: str, other: str) -> bool:
    """Whether questions cannot tell two names apart: neither by case nor by the width of characters."""
    return normalize("NFKC", one).casefold().split() == normalize("NFKC", other).casefold().split()


def decide_term(
    before: BusinessTermChanged, given: dict[str, Any], terms: int, at: datetime, who: str
) -> BusinessTermChanged:
    """The next version of a term, or the same one; `terms` counts the changes to all terms of the dataset so far."""
    changed = BusinessTermChanged.model_validate(before.model_dump() | given)
    if changed == before and before.version:
        return before
    counted = {"version": before.version + 1, "terms_version": terms + 1, "changed_at": at, "who": who}
    return changed.model_copy(update=counted)
