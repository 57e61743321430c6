"""Finds the number in a value, also in one that came as text: 1,234.50, $12, 8.5%, 20 元."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_SIGNS = r"US\$|[$€£¥￥]"
_WORDS = r"USD|EUR|GBP|CNY|RMB|JPY|元|美元|欧元|日元"
_WRITTEN = re.compile(
    rf"(?P<minus>[-−])?\s*(?P<sign>{_SIGNS})?\s*(?P<minus_after>[-−])?"
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+|\d+)(?P<fraction>\.\d+)?(?P<exponent>[eE][-+]?\d{{1,3}})?"
    rf"\s*(?P<after>[%％]|{_WORDS})?"
)
_LONGEST = 40
_MEANT_DIGITS = 15


@dataclass(frozen=True)
class Number:
    """An exact number; `unit` is its currency or %, as it was written."""

    value: Decimal
    unit: str = ""
    as_text: bool = False


def number_of(value: Any) -> Number | None:
    """The number that `value` is, or None: of booleans, NaN, infinity and texts that only begin with a number, too."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        exact = _exact(value)
        return Number(exact) if exact.is_finite() else None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    written = _WRITTEN.fullmatch(value.strip())
    if written is None or _is_code(written["digits"]):
        return None
    digits = written["digits"].replace(",", "") + (written["fraction"] or "") + (written["exponent"] or "")
    sign = "-" if written["minus"] or written["minus_after"] else ""
    unit = (written["sign"] or written["after"] or "").replace("％", "%")
    return Number(Decimal(sign + digits), unit, as_text=True)


def _exact(value: float | Decimal) -> Decimal:
    """As it was meant: sums of 0.1 and 0.2 in binary differ from 0.3 in the sixteenth digit, and would not be equal."""
    if isinstance(value, float) and not value.is_integer():
        written = Decimal(repr(value))
        return Decimal(f"{value:.15g}") if len(written.as_tuple().digits) > _MEANT_DIGITS else written
    return Decimal(value)


def _is_code(digits: str) -> bool:
    """Whether digits are a code: nobody writes an amount with zeros before it."""
    return len(digits) > 1 and digits.startswith("0")
