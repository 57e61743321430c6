"""Names of tables and columns as they are written in SQL."""

import sqlglot
from sqlglot import exp

_KEYWORDS = frozenset(sqlglot.tokens.Tokenizer.KEYWORDS) | {"ORDER", "GROUP", "USER", "LIMIT", "DESC", "ASC"}


def identifier(name: str) -> exp.Identifier:
    """Quoted unless it is plain: small letters, digits and underscores that are no keyword."""
    plain = name.isascii() and name.replace("_", "a").isalnum() and name.islower() and not name[0].isdigit()
    return exp.to_identifier(name, quoted=not plain or name.upper() in _KEYWORDS)


def table(name: str) -> exp.Table:
    """A table."""
    return exp.Table(this=identifier(name))


def column(owner: str | None, name: str) -> exp.Column:
    """A column, with its table where there is one."""
    return exp.Column(this=identifier(name), table=identifier(owner) if owner else None)
