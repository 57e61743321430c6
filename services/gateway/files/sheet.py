"""Sheets: CSV that spreadsheets show, and that they cannot be tricked with.

A spreadsheet runs a cell that begins like a formula. Such a cell is written with an apostrophe before it, and so is one
that begins with apostrophes and then like a formula, so that reading takes back exactly what writing gave.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.gateway.files.encoding import BOM
from services.gateway.files.lines import WrongLine

_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]")
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Row:
    """A row that begins at `line`, with its cells by the name of their column, without spaces around them."""

    line: int
    cells: dict[str, str]


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file (RFC 4180) in UTF-8, marked as such for Excel."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return BOM + text.getvalue().encode()


def read_sheet(text: str, columns: Collection[str], required: Collection[str]) -> tuple[list[Row], list[WrongLine]]:
    """The rows of a CSV file under a line that names its columns, and what is wrong with it; empty rows are left out.

    Cells may also be separated by semicolons or tabs, as spreadsheets of some countries write them.
    """
    records = _records(text)
    line, names = next(records, (1, []))
    if isinstance(names, WrongLine):
        return [], [names]
    header = [name.strip().lower() for name in names]
    while header and not header[-1]:  # Excel writes separators after the last column.
        header.pop()
    wrong = [WrongLine(line, name, "no_column") for name in required if name not in header]
    wrong += [WrongLine(line, name, "column_twice") for name in columns if header.count(name) > 1]
    readable = not wrong
    there_are = {"columns": ", ".join(columns)}
    wrong += [WrongLine(line, name, "unknown_column", there_are) for name in header if name not in columns]
    if not readable:
        return [], wrong
    rows = []
    for line, cells in records:
        if isinstance(cells, WrongLine):
            wrong.append(cells)
        elif any(cell.strip() for cell in cells[len(header) :]):
            wrong.append(WrongLine(line, "", "too_many_cells", {"most": len(header)}))
        elif any(cell.strip() for cell in cells):
            padded = [*cells, *[""] * (len(header) - len(cells))]
            named = zip(header, padded, strict=False)
            rows.append(Row(line, {name: _given(cell) for name, cell in named if name in columns}))
    return rows, wrong


def _records(text: str) -> Iterator[tuple[int, list[str] | WrongLine]]:
    """Each record with the line it begins at; the last one may be what cannot be read on from."""
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            yield line, WrongLine(line, "", "malformed")
            return
        if cells is None:
            return
        yield line, cells
        line = reader.line_num + 1


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _given(cell: str) -> str:
    return (cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell).strip()
