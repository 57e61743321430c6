"""Datasets, how their tables relate, and their row policies as the API shows them."""

from datetime import datetime
from typing import Any, Literal

from libs.events.catalog import DatasetChanged, Modeling, RowPolicy
from libs.events.catalog import Relation as Found
from services.gateway.datasources.shown import Table
from services.gateway.shown import Shown
from services.gateway.trainings.shown import Progress, ShownStatus

RelationType = Literal["many_to_one", "one_to_many", "one_to_one", "many_to_many"]


class Relation(Shown):
    """Two columns that hold the same values: `source.source_col` and `target.target_col`."""

    source: str
    """A table."""
    target: str
    """A table."""
    source_col: str
    target_col: str
    type: RelationType
    confidence: float
    """0 to 1; 1 for what is certain."""


class Model(Shown):
    """How the tables of a dataset relate, as its owner drew it."""

    nodes: list[dict[str, Any]]
    """As whoever drew them likes."""
    edges: list[Relation]

    @classmethod
    def of(cls, drawn: Modeling) -> "Model":
        """What was drawn."""
        return cls.model_validate(drawn.model_dump())


class Suggestions(Shown):
    """The tables of a dataset, and the relations that were found between them and are not drawn yet."""

    nodes: list[Table]
    edges: list[Relation]

    @classmethod
    def of(cls, tables: list[dict[str, Any]], found: list[Found]) -> "Suggestions":
        """Tables as an inspection found them, and relations between them."""
        return cls.model_validate({"nodes": tables, "edges": [edge.model_dump() for edge in found]})


class PickedTables(Shown):
    """What a dataset has of its database."""

    tables: tuple[str, ...]
    """Empty: all tables."""


class Dataset(Shown):
    """What of a database is asked, and how the newest training of it stands."""

    id: str
    name: str
    datasource_id: str
    collection_name: str
    """What it learned is kept under this name."""
    schema_config: PickedTables
    modeling_config: Model
    status: ShownStatus
    process_rate: float
    """How far the training is, in percent: 0 to 100."""
    error_msg: str | None
    """Why the training failed and what to do, in the language asked for; null unless it did."""
    last_train_at: datetime | None
    """When a training was last complete."""
    owner_id: str
    """The account that it belongs to."""
    version: int
    """Counts its changes from 1; also the ETag."""

    @classmethod
    def of(cls, event: DatasetChanged, training: Progress) -> "Dataset":
        """As it is after a change, with the state of its newest training."""
        return cls(
            id=event.dataset_id, name=event.name, datasource_id=event.datasource_id,
            collection_name=event.collection_name, schema_config=PickedTables(tables=event.tables),
            modeling_config=Model.of(event.modeling_config), status=training.status,
            process_rate=training.process_rate, error_msg=training.error_msg, last_train_at=training.last_train_at,
            owner_id=event.owner_id, version=event.version,
        )  # fmt: skip


class RowPolicies(Shown):
    """All row policies of a dataset."""

    policies: tuple[RowPolicy, ...]
