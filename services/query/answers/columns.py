"""Tells what each column of a result is: an amount, a label, a time, a code that only names something."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any, Literal

from libs.charts.specification import Format
from services.query.answers.numbers import Number, number_of
from services.query.answers.origin import Origin, Part
from services.query.answers.periods import Grain, Period, period_of, words_of

Role = Literal["measure", "label", "time", "code", "place", "other"]

_CODES = re.compile(
    r"\b(?:ids?|key|uuid|guid|zip|postal|phone|tel|fax|mobile|ssn|isbn|pin|rank|no|nr|serial"
    r"|[a-z]*id|[a-z]*code|[a-z]{1,5}no)\b|(?<=\w )(?:number|num)$|编号|号码?$|代码|编码|邮编|电话|手机|排名|序号|主键"
)
_NO_CODES = re.compile(r"\b(?:paid|bid|solid|valid|grid|acid|fluid|amount|total|count|of)\b")
_PLACES = re.compile(r"\b(?:lat|latitude|lon|lng|long|longitude)\b|经度|纬度")
_SHARES = re.compile(
    r"\b(?:proportion|share|ratio|rate|fraction|percent|percentage|pct)\b|占比|比例|比率|百分比|[^汇费]率$"
)
_NAMES = re.compile(r"\b(?:[a-z]*name|title|label)\b|名称?$")
_PERCENT = re.compile(r"\b(?:percent|percentage|pct)\b|百分比|占比")
_MONEY = re.compile(
    r"\b(?:price|cost|amount|revenue|sales|salary|wage|budget|fee|income|profit|payment|balance|usd|eur|gbp|cny|rmb)\b"
    r"|金额|价格|单价|费用|收入|工资|薪水|预算|利润|销售额|营业额"
)
_CURRENCIES = re.compile(r"\b(?:currency|curr|ccy)\b|货币|币种")
_CURRENCY = re.compile(r"\b(usd|eur|gbp|cny|rmb)\b")
_LONGEST_LABEL = 80
_LONGEST_AMOUNT = 10**10
"""Whole numbers that long, written as text, are numbers of telephones, cards and accounts."""
_MOST_DECIMALS = 6


@dataclass(frozen=True)
class Column:
    """A column of a result: `numbers` of a measure, `keys` by which a time or a number sorts, if it has one."""

    name: str
    at: int
    role: Role
    format: Format
    part: Part
    values: tuple[Any, ...]
    numbers: tuple[Decimal | None, ...] = ()
    keys: tuple[Any, ...] = ()
    grain: Grain | None = None
    cyclic: bool = False

    @property
    def unique(self) -> bool:
        """Whether no value comes twice; none may be missing."""
        return len(set(map(str, self.values))) == len(self.values) and None not in self.values

    @property
    def named(self) -> bool:
        """Whether it says of itself that it names things."""
        return _NAMES.search(words_of(self.name)) is not None

    @property
    def additive(self) -> bool:
        """Whether its values are parts that may be added up: counts and sums, none below zero."""
        if self.part.how not in ("count", "sum") or _SHARES.search(words_of(self.part.of or self.name)):
            return False
        return all(number is not None and number >= 0 for number in self.numbers)

    def adds_up_over(self, axis: "Column") -> bool:
        """Whether its values along `axis` are parts of a whole: amounts in several currencies are not."""
        return self.additive and not (self.part.how == "sum" and _CURRENCIES.search(words_of(axis.name)))


def columns_of(names: Sequence[str], rows: Sequence[Sequence[Any]], origin: Origin) -> tuple[Column, ...]:
    """The columns of a result, in order."""
    return tuple(
        _column(name, at, tuple(_present(row[at]) for row in rows), origin.part(at)) for at, name in enumerate(names)
    )


def _column(name: str, at: int, values: tuple[Any, ...], part: Part) -> Column:
    there = [value for value in values if value is not None]
    counted = part.how in ("count", "distinct", "sum", "average", "computed")
    if not counted and (period := period_of(part.of or name, values) or period_of(name, values)):
        form = _of_time(period, values)
        return Column(name, at, "time", form, part, values, (), period.keys, period.grain, period.cyclic)
    if there and all(isinstance(value, bool) for value in there):
        return Column(name, at, "label", Format(kind="boolean"), part, values)
    numbers = tuple(number_of(value) for value in values)
    known = [number for number in numbers if number is not None]
    if known and len(known) == len(there):
        return _numeric(name, at, values, part, numbers, known, counted=counted)
    short = there and all(
        not isinstance(value, list | tuple | dict) and len(str(value)) <= _LONGEST_LABEL for value in there
    )
    # The greatest of texts names nothing: it is a fact about what the rows are grouped by.
    label = short and part.how not in ("highest", "lowest")
    return Column(name, at, "label" if label else "other", Format(), part, values)


def _present(value: Any) -> Any:
    """The value; None for what is no value: NaN and infinity."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    return None if isinstance(value, Decimal) and not value.is_finite() else value


def _numeric(
    name: str, at: int, values: tuple[Any, ...], part: Part, numbers: Sequence[Number | None], known: list[Number],
    *, counted: bool,
) -> Column:  # fmt: skip
    words = words_of(name)
    exact = tuple(None if number is None else number.value for number in numbers)
    code = any(_CODES.search(each) for each in (words, words_of(part.of))) and not _NO_CODES.search(words)
    whole = all(number.value == number.value.to_integral_value() for number in known)
    long = all(number.as_text and not number.unit and abs(number.value) >= _LONGEST_AMOUNT for number in known)
    if (code or long) and whole and not counted:
        return Column(name, at, "code", Format(), part, values, (), exact)
    form = _of_numbers(words, words_of(part.of), part, known)
    if part.how in ("", "key") and _PLACES.search(words):
        return Column(name, at, "place", form, part, values, exact)
    if part.how == "key":
        return Column(name, at, "label", form, part, values, (), exact)
    return Column(name, at, "measure", form, part, values, exact)


def _of_numbers(words: str, of: str, part: Part, known: list[Number]) -> Format:
    values = [number.value for number in known]
    as_text = any(number.as_text for number in known)
    units = {number.unit for number in known}
    unit = units.pop() if len(units) == 1 else ""
    fractions = all(-1 <= value <= 1 for value in values)
    if part.how in ("count", "distinct"):
        return Format(kind="integer")
    if unit == "%":
        return Format(kind="percent", decimals=_decimals(values), as_text=True)
    if _SHARES.search(words) and fractions and any(value % 1 for value in values):
        return Format(
            kind="percent", decimals=_decimals([value * 100 for value in values]), factor=100, as_text=as_text
        )
    if _PERCENT.search(words) and not fractions:
        return Format(kind="percent", decimals=_decimals(values), as_text=as_text)
    decimals = _decimals(values)
    if not _SHARES.search(words) and (unit or _MONEY.search(words) or _MONEY.search(of)):
        named = _CURRENCY.search(words)
        unit = unit or (named[1].upper() if named else "")
        return Format(kind="currency", decimals=decimals and max(2, decimals), unit=unit, as_text=as_text)
    return Format(kind="decimal" if decimals else "integer", decimals=decimals, as_text=as_text)


def _of_time(period: Period, values: tuple[Any, ...]) -> Format:
    if period.grain in ("time", "date", "month", "year"):
        return Format(kind=period.grain)
    numbers = all(isinstance(value, int | float) for value in values if value is not None)
    return Format(kind="integer" if numbers else "text")


def _decimals(values: Sequence[Decimal]) -> int:
    """Two digits after the point, fewer if all have fewer, more if the largest is so small that two show nothing."""
    needed = max((-int(value.normalize().as_tuple().exponent) for value in values if value), default=0)
    first = -max((value.adjusted() for value in values if value), default=0)
    return max(0, min(needed, max(2, first + 1), _MOST_DECIMALS))
