"""The SQL dialects of users' databases, under sqlglot's names."""

from typing import Literal

Dialect = Literal["sqlite", "postgres", "mysql"]

_OF_KIND: dict[str, Dialect] = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mysql"}


def dialect_of(kind: str) -> Dialect:
    """The dialect of a kind of data source."""
    return _OF_KIND[kind]
