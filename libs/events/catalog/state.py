"""State of the gateway, whole, with a version: data sources, datasets, business terms, what was removed."""

from datetime import datetime
from typing import ClassVar

from libs.events.catalog.values import DataSourceSettings, Event, Language, Modeling, RowPolicy


class DataSourceChanged(Event):
    """The whole state of a data source."""

    key_field: ClassVar[str] = "datasource_id"
    datasource_id: str
    version: int
    name: str
    owner_id: str
    settings: DataSourceSettings
    deleted: bool = False
    who: str = ""
    """The account that changed it, or `system`; empty in events from before this was told."""
    changed_at: datetime


class DatasetChanged(Event):
    """The whole state of a dataset."""

    dataset_id: str
    version: int
    name: str
    owner_id: str
    datasource_id: str
    collection_name: str
    tables: tuple[str, ...] = ()
    """Tables picked by the owner; empty means all."""
    modeling_config: Modeling = Modeling()
    policies: tuple[RowPolicy, ...] = ()
    """Of several that hold for a role on one table, all hold."""
    language: Language = "en"
    deleted: bool = False
    who: str = ""
    """The account that changed it, or `system`; empty in events from before this was told."""
    changed_at: datetime


class BusinessTermChanged(Event):
    """One business term. `terms_version` counts the changes to all terms of the dataset."""

    dataset_id: str
    term_id: str
    version: int
    terms_version: int
    term: str
    definition: str = ""
    synonyms: tuple[str, ...] = ()
    sql_expression: str | None = None
    deleted: bool = False
    who: str = ""
    """The account that changed it, or `system`; empty in events from before this was told."""
    changed_at: datetime


class KnowledgeRemoved(Event):
    """What a dataset knew of generations before `generation` is to be forgotten."""

    dataset_id: str
    generation: int
    who: str
    removed_at: datetime
