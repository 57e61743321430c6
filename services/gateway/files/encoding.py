"""The text of a file whose encoding nobody said."""

from codecs import BOM_UTF8

from services.gateway.files.lines import WrongLine

BOM = BOM_UTF8
"""Begins a CSV file, because Excel would otherwise not read it as UTF-8."""


def decoded(body: bytes) -> str | WrongLine:
    """The text of `body`: UTF-8, with or without a mark at its start, else GB18030, which Chinese Excel writes."""
    marked = body.startswith(BOM)
    for encoding in ("utf-8-sig",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = body[: error.start].count(b"\n") + 1
    return WrongLine(line, "", "encoding")
