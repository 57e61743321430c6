"""The SQL dialects of users' databases, under sqlglot's names."""

from typing import ClassVar, Literal

from sqlglot import exp
from sqlglot.dialects.mysql import MySQL
from sqlglot.generators.mysql import MySQLGenerator
from sqlglot.parsers.mysql import MySQLParser

Dialect = Literal["sqlite", "postgres", "mariadb"]

_OF_KIND: dict[str, Dialect] = {"sqlite": "sqlite", "postgresql": "postgres", "mysql": "mariadb"}


def dialect_of(kind: str) -> Dialect:
    """The dialect of a kind of data source."""
    return _OF_KIND[kind]


def _group_concat(generator: MySQLGenerator, node: exp.GroupConcat) -> str:
    separator = node.args.get("separator")
    written = f" SEPARATOR {generator.sql(separator)}" if separator else ""
    return f"GROUP_CONCAT({generator.sql(node, 'this')}{written})"


class MariaDB(MySQL):
    """What MySQL and MariaDB both understand; sqlglot knows it by the name of this class.

    Functions that sqlglot would write in another way, with another result or only for MySQL 8, stay as they are.
    """

    class Parser(MySQLParser):  # noqa: D106
        FUNCTIONS: ClassVar = {
            name: build for name, build in MySQLParser.FUNCTIONS.items() if name not in {"LOG10", "LOG2", "TO_DAYS"}
        }

    class Generator(MySQLGenerator):  # noqa: D106
        TRANSFORMS: ClassVar = {
            **MySQLGenerator.TRANSFORMS,
            exp.RegexpLike: lambda self, node: self.binary(node, "REGEXP"),
            exp.GroupConcat: _group_concat,
        }
