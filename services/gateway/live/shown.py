"""What watchers of a dataset's trainings are told, as the API describes it."""

from pydantic import BaseModel, create_model

from libs.events.catalog import CheckpointReached
from libs.events.catalog.values import Value
from services.gateway.live.watcher import Reason
from services.gateway.shown import Shown
from services.gateway.trainings.shown import ToldLine

NOT_FOLLOWED = {"items", "forgotten"}
"""What is in a checkpoint's event alone: it may be large, and is found as training data."""


class Dropped(Shown):
    """Nothing more is told, and why."""

    reason: Reason
    message: str
    """In the language asked for."""


_FIELDS = {name: field for name, field in CheckpointReached.model_fields.items() if name not in NOT_FOLLOWED}
Checkpoint = create_model(
    "Checkpoint", __base__=Value, __doc__="Where a training stands.",
    **{name: (field.annotation, field) for name, field in _FIELDS.items()},
)  # type: ignore[call-overload]  # fmt: skip

EVENTS: dict[str, type[BaseModel]] = {"checkpoint": Checkpoint, "log": ToldLine, "dropped": Dropped}
"""What is told, by the name of its event."""
