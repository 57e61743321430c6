"""Comments that explain codes: of 'CONF confirmed, CXL cancelled' or '状态：0未支付 1已支付' each has its words."""

import re
from itertools import chain

from services.query.composer.language.words import keys
from services.query.knowledge.schema import Column

_HAN = "\u4e00-\u9fff"
_CODE = r"[A-Z][A-Z0-9_]{0,9}|\d{1,3}|[a-z]{1,3}"
_APART = re.compile(rf"[,，;；、|/\n()（）]+|\s+(?=(?:[A-Z]{{1,6}}|\d{{1,3}})\s*(?:[=:：-]|[{_HAN}]))")
_ENTRY = re.compile(rf"(?P<code>{_CODE})(?P<sign>\s*[=:：]\s*|\s*-\s*|\s+|(?=[{_HAN}]))(?P<words>\S.*)")
_INTRODUCED = re.compile(r"^[^:：=]*[:：]\s*")
_PLAIN_CODE = re.compile(r"[A-Z][A-Z0-9_]*|\d+")
_LONGEST = {True: 8, False: 4}
"""Words of an explanation at most: in Chinese characters, and in other words."""
_FEWEST = 2


def explained(column: Column) -> dict[str, str]:
    """The codes of a column with what each stands for; none where its comment is not plainly a list of them."""
    parts = [part.strip() for part in _APART.split(column.comment or "") if part.strip()]
    if len(parts) < _FEWEST:
        return {}
    first = _ENTRY.fullmatch(parts[0]) or _ENTRY.fullmatch(_INTRODUCED.sub("", parts[0]))
    others = [_ENTRY.fullmatch(part) for part in parts[1:]]
    entries = [entry for entry in chain([first], others) if entry]
    found = {entry["code"]: entry["words"].strip(" .。") for entry in entries}
    whole = None not in others and len(set(found.values())) == len(found) == len(entries) >= _FEWEST
    signed = all(entry["sign"] != " " for entry in entries)
    return found if whole and _are_codes(column, found, signed) and all(map(_is_short, found.values())) else {}


def _are_codes(column: Column, found: dict[str, str], signed: bool) -> bool:
    """Whether the column holds them: most are among its values; of unknown values, whether all plainly are codes."""
    if column.values:
        return len(found.keys() & set(column.values)) * 2 >= len(found)
    plain = all(map(str.isdecimal, found)) if column.is_number else signed
    return plain and all(map(_PLAIN_CODE.fullmatch, found))


def _is_short(words: str) -> bool:
    han = any("\u4e00" <= letter <= "\u9fff" for letter in words)
    return 0 < len(keys(words)) <= _LONGEST[han]
