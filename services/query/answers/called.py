"""What people call the tables and columns of a result in Chinese, where comments in the database say so."""

import re
from collections.abc import Sequence
from dataclasses import replace

from libs.events.catalog import TableDescription
from services.query.answers.origin import Origin, Part

_NAME = re.compile("[\u4e00-\u9fff]{1,12}")
"""A comment that is a name, and no explanation."""


def called(origin: Origin, tables: Sequence[TableDescription]) -> Origin:
    """`origin` with what its parts are called, in the comments of the `tables` that were read."""
    return replace(origin, parts=tuple(replace(part, called=_called(part, tables)) for part in origin.parts))


def _called(part: Part, tables: Sequence[TableDescription]) -> str:
    if part.table:
        comments = {table.comment for table in tables if table.name == part.table}
    else:
        of = part.of.lower()
        comments = {column.comment for table in tables for column in table.columns if column.name.lower() == of}
    only = comments.pop() if len(comments) == 1 else None
    return only if only and _NAME.fullmatch(only) else ""
