"""What events are made of: their base, and the values that several of them carry."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

Progress = float
"""Percent, 0 to 100."""

TrainingStatus = Literal["pending", "preparing", "training", "paused", "completed", "failed", "cancelled", "held"]
ENDED: frozenset[str] = frozenset({"completed", "failed", "cancelled"})
"""Statuses after which a training says nothing more."""

Language = Literal["zh", "en"]
Role = Literal["admin", "member"]
"""What an account may do here; the accounts themselves are not on the log."""
Outcome = Literal["answered", "clarification", "unanswerable", "failed", "timed_out"]


class Value(BaseModel):
    """A value inside an event; unknown fields of newer senders are ignored, and all fields are sent."""

    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_serialization_defaults_required=True)


class Event(Value):
    """Something that happened. `key_field` names the field that is the Kafka key and the CloudEvents subject."""

    key_field: ClassVar[str] = "dataset_id"
    schema_version: ClassVar[int] = 1
    """Raised when a field changes meaning; older events are upcast on reading (upcast.py)."""

    @property
    def key(self) -> str:
        """The id of the subject: all events of one subject are in one partition of each topic."""
        return str(getattr(self, self.key_field))


class DataSourceSettings(Value):
    """How to reach a user's database; the password only as ciphertext with the id of its key."""

    kind: Literal["sqlite", "postgresql", "mysql"]
    host: str = ""
    port: int | None = None
    username: str = ""
    password_ciphertext: str | None = None
    key_id: str | None = None
    database: str = ""
    sample_values: bool = True
    """Whether values of columns may be looked at and kept: off when data must not leave the database."""
    private_columns: tuple[str, ...] = ()
    """Columns of which no values may be looked at, as `table.column`."""

    def may_sample(self, table: str, column: str) -> bool:
        """Whether the values of a column may be looked at."""
        return self.sample_values and f"{table}.{column}" not in self.private_columns


class ColumnDescription(Value):
    """A column as the database describes it; `values` are its distinct values when they are few."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    primary_key: bool = False
    foreign_key: str | None = None
    comment: str | None = None
    values: tuple[str, ...] = ()


class IndexDescription(Value):
    """An index on columns, or what makes them unique; one on an expression is not told."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False


class TableDescription(Value):
    """A table as the database describes it."""

    name: str
    comment: str | None = None
    row_estimate: int | None = None
    create_table: str = ""
    columns: tuple[ColumnDescription, ...] = ()
    indexes: tuple[IndexDescription, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.columns)


class Relation(Value):
    """An edge of the model: `source.source_col` points at `target.target_col`; confidence 0 to 1."""

    source: str
    target: str
    source_col: str
    target_col: str
    type: str = "many_to_one"
    confidence: float = 1.0


class Modeling(Value):
    """The drawn model of a dataset: table nodes and relationship edges."""

    nodes: tuple[dict[str, Any], ...] = ()
    edges: tuple[Relation, ...] = ()


class RowPolicy(Value):
    """Whom a table of a dataset shows which rows: those for which `filter` holds, a condition in its SQL."""

    table: str
    role: Literal["admin", "member", "any"] = "any"
    filter: str


class Embedding(Value):
    """A vector: `data` is base64 of little-endian float32."""

    model: str
    dimensions: int
    data: str


class LearnedItem(Value):
    """One thing a dataset knows. `item_id` is the hash of its content, so that learning it again changes nothing."""

    item_id: str
    kind: Literal["ddl", "term", "document", "relation", "pair"]
    text: str
    question: str | None = None
    sql: str | None = None
    tables: tuple[str, ...] = ()
    origin: Literal["training", "feedback"] = "training"
    embedding: Embedding | None = None
    """Of what is searched for; the structure of a table is found by its document, and has none."""
    content: dict[str, Any] | None = None
    """The item as structure: a TableDescription of a ddl, a Relation of a relation, the fields of a term."""
    feedback_id: str | None = None
    """The verdict that a pair was learned from."""


class Problem(Value):
    """An error for people: a stable code, what happened, and what to do about it."""

    code: str
    detail: str
    hint: str = ""


class Needs(Value):
    """The versions that the receiver's projection must have before the request is carried out."""

    datasource_version: int = 0
    dataset_version: int = 0
    terms_version: int = 0
    training_id: str = ""
    """The training that must be known, up to `training_sequence`; empty when none must."""
    training_sequence: int = 0


class Step(Value):
    """One step of the reasoning behind an answer."""

    name: str
    status: Literal["done", "failed", "corrected"]
    detail: str = ""
    sql: str | None = None
    milliseconds: float = 0.0


class ResultColumn(Value):
    """A column of a result."""

    name: str
    type: str = ""
