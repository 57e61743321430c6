"""Looking at a user's database."""

from datetime import datetime
from typing import ClassVar

from libs.events.catalog.values import DataSourceSettings, Event, Language, Problem, Relation, TableDescription


class SchemaInspectionRequested(Event):
    """Read the structure of a data source, or only test the connection."""

    key_field: ClassVar[str] = "datasource_id"
    inspection_id: str
    datasource_id: str
    settings: DataSourceSettings
    only_test: bool = False
    language: Language = "en"
    deadline: datetime


class SchemaInspected(Event):
    """What was found; a large structure comes in `parts` events of one `inspection_id`. A later `sequence` replaces."""

    key_field: ClassVar[str] = "datasource_id"
    inspection_id: str
    datasource_id: str
    sequence: int
    part: int = 1
    parts: int = 1
    ok: bool
    only_test: bool = False
    problem: Problem | None = None
    server_version: str | None = None
    milliseconds: float = 0.0
    tables: tuple[TableDescription, ...] = ()
    relations: tuple[Relation, ...] = ()
    inspected_at: datetime
