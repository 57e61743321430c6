"""The column that people know the rows of a table by: a name, a title, else what comes next to it."""

from services.query.composer.language.words import keys
from services.query.knowledge.schema import Column, Table

_LABELS = ("name", "title", "label", "full name", "nm", "名称", "名字", "姓名", "标题")
_HAN_LABELS = ("名称", "名字", "姓名", "标题", "书名", "片名", "歌名", "品名", "店名", "校名")


def label_column(table: Table) -> Column:
    """The column that people know a row by: a name or title, else the first text, else the key."""
    if found := name_column(table):
        return found
    texts = [column for column in table.columns if _is_text(column)]
    return next((c for c in texts if not c.foreign_key), table.primary_key or table.columns[0])


def name_column(table: Table) -> Column | None:
    """The column that holds the rows' names or titles; None where they have none."""
    for wanted in _LABELS:
        for column in table.columns:
            name = keys(column.name)
            if name == keys(wanted) or name == keys(table.name) + keys(wanted):
                return column
    return next((column for column in table.columns if _is_text(column) and _ends_in_label(column)), None)


def _ends_in_label(column: Column) -> bool:
    last = keys(column.name)[-1:]
    in_han = (column.comment or "").endswith(_HAN_LABELS)
    return bool(last and last[0] in _LABELS) or column.name.lower().endswith("name") or in_han


def _is_text(column: Column) -> bool:
    return not column.is_number and not column.is_date
