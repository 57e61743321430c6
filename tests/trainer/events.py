"""What a trainer is told of its one dataset."""

from pathlib import Path
from typing import Any

from libs.events.catalog import (
    BusinessTermChanged,
    ColumnDescription,
    ControlRequest,
    DatasetChanged,
    DataSourceChanged,
    DataSourceSettings,
    Event,
    TableDescription,
    TrainingRequested,
)
from libs.events.ids import new_id
from libs.runtime.clock import now

DATASET, SOURCE = "dataset-1", "source-1"


def source(settings: DataSourceSettings, version: int = 1) -> DataSourceChanged:
    """The data source of the dataset."""
    return DataSourceChanged(
        datasource_id=SOURCE, version=version, name="shop", owner_id="o", settings=settings, changed_at=now()
    )


def dataset_of(path: Path) -> tuple[Event, ...]:
    """What tells the trainer of a dataset on the SQLite file `path`, with two terms."""
    return (
        source(DataSourceSettings(kind="sqlite", database=str(path))),
        DatasetChanged(
            dataset_id=DATASET,
            version=1,
            name="shop",
            owner_id="o",
            datasource_id=SOURCE,
            collection_name="c",
            changed_at=now(),
        ),
        term("t1", 1, 1, "revenue", "price times quantity"),
        term("t2", 1, 2, "客户", "下过订单的人"),
    )


def term(term_id: str, version: int, terms_version: int, name: str, definition: str) -> BusinessTermChanged:
    """A business term of the dataset."""
    return BusinessTermChanged(
        dataset_id=DATASET,
        term_id=term_id,
        version=version,
        terms_version=terms_version,
        term=name,
        definition=definition,
        changed_at=now(),
    )


def requested(training_id: str = "", **fields: Any) -> TrainingRequested:
    """A request to train the dataset."""
    return TrainingRequested(training_id=training_id or new_id(), dataset_id=DATASET, requested_at=now(), **fields)


def wish(kind: type[ControlRequest], training_id: str, sequence: int) -> ControlRequest:
    """A control request for a training of the dataset."""
    return kind(training_id=training_id, dataset_id=DATASET, control_sequence=sequence, requested_at=now())


def described(name: str, columns: int, **fields: Any) -> TableDescription:
    """A table of many columns."""
    made = tuple(ColumnDescription(name=f"{name}_{n}", type="TEXT", **fields) for n in range(columns))
    return TableDescription(name=name, columns=made)
