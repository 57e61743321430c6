"""Which columns may hold the same values, by their types."""

import re

from libs.datasources.dialect import Dialect

_FAMILIES = {
    "number": {"BIGINT", "BIGSERIAL", "DECIMAL", "DOUBLE", "FLOAT", "INT", "INTEGER", "NUMERIC", "REAL", "SERIAL",
               "SMALLINT"},
    "text": {"CHAR", "CHARACTER", "CITEXT", "TEXT", "VARCHAR"},
    "date": {"DATE", "TIMESTAMP", "TIMESTAMPTZ"},
    "time": {"TIME", "TIMETZ"},
    "boolean": {"BOOL", "BOOLEAN"},
    "uuid": {"UUID"},
}  # fmt: skip
_FAMILY = {word: family for family, words in _FAMILIES.items() for word in words}


def may_be_equal(one: str, other: str, dialect: Dialect) -> bool:
    """Whether the database compares columns of two types, as it calls them; yes unless it certainly refuses.

    PostgreSQL alone refuses: MySQL converts values (a DATE equals 20240101), and SQLite keeps any value in any column.
    """
    families = {_family(one), _family(other)}
    return dialect != "postgres" or None in families or len(families) == 1


def _family(kind: str) -> str | None:
    word = re.match(r"[A-Z]+", kind.upper())
    return _FAMILY.get(word.group()) if word and "[" not in kind else None
