"""Writes figures, times and names as people write them in their language."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from libs.charts.specification import Format
from libs.language.catalogue import Language, text
from services.query.answers.columns import Column
from services.query.answers.origin import How

_HUGE, _TINY = Decimal(10) ** 16, Decimal(10) ** -6
_CHINESE_UNITS = ((Decimal(10) ** 8, "亿", 2), (Decimal(10) ** 6, "万", 1))
_SMALLEST_SHARE = Decimal("0.01")
_LONGEST_NAME, _LONGEST_SHORTHAND = 60, 4
_PREFIXES: dict[How, tuple[str, ...]] = {
    "count": ("count",),
    "distinct": ("count",),
    "sum": ("sum", "total"),
    "average": ("avg", "average", "mean"),
    "highest": ("max",),
    "lowest": ("min",),
}
_AMOUNT = re.compile(r"(?:num|number|count|total|sum)\b", re.IGNORECASE)
_HAN = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])|(?<=[，。：；（、]) | (?=[，。：；（）、])")
_ROUNDING = Context(prec=60, rounding=ROUND_HALF_UP)


def said(key: str, language: Language, **values: object) -> str:
    """A sentence of the catalogue; in Chinese without blanks between Chinese characters."""
    sentence = text(f"insight.{key}", language, **values)
    return _BETWEEN_HAN.sub("", sentence) if language == "zh" else sentence


def figure(value: Decimal, form: Format, language: Language) -> str:
    """A number in the format of its column: 1,234.5; 3.5 %; in Chinese 123.5万 from a million on."""
    size = abs(value * form.factor)
    written = f"{size:.3g}" if value and not _TINY <= size < _HUGE else _sized(size, form, language)
    sign = "-" if value < 0 else ""
    if form.kind == "percent":
        return f"{sign}{written}%"
    if form.unit in ("", "%"):
        return f"{sign}{written}"
    return (
        f"{sign}{written} {form.unit}"
        if form.unit[0].isalpha() and "$" not in form.unit
        else f"{sign}{form.unit}{written}"
    )


def percent(share: Decimal) -> str:
    """A share as a percentage; nothing where it is too small to tell, or rounding would make all of a part."""
    hundredths = share * 100
    if 0 < abs(hundredths) < _SMALLEST_SHARE:
        return ""
    decimals = max(1, 1 - hundredths.adjusted()) if hundredths else 0
    rounded = _rounded(hundredths, decimals)
    return "" if abs(rounded) == 100 and rounded != hundredths else f"{_plain(rounded, decimals)}%"


def measure(column: Column, language: Language) -> str:
    """What a column of numbers is called: its name, or for an unnamed aggregate what it is."""
    how, of = column.part.how, column.part.of
    raw = column.name.lower()
    named = {f"{prefix}_{of}".lower().rstrip("_") for prefix in _PREFIXES.get(how, ())}
    unnamed = "(" in raw or raw in named or any(raw == prefix for prefix in _PREFIXES.get(how, ()))
    if not unnamed:
        return spoken(column.name)
    chinese = column.part.called if language == "zh" else ""
    if column.part.table:
        return text("insight.measure.count_of", language, of=chinese or spoken(column.part.table))
    if how == "count":
        return text("insight.measure.count", language)
    if how in _PREFIXES and of:
        return text(f"insight.measure.{how}", language, of=chinese or spoken(of))
    return text("insight.measure.value", language)


def superlatives(column: Column, language: Language) -> dict[str, str]:
    """The words for most and least: of stations there are most, an average is highest."""
    counted = column.part.how in ("count", "distinct")
    several = counted or column.part.how == "sum"
    plural = measure(column, language).endswith("s") and not _AMOUNT.match(measure(column, language))
    many = counted if language == "zh" else several and plural
    kind = ("counted" if counted else "summed") if many else "sized"
    return {
        "highest": text(f"insight.highest.{kind}", language),
        "lowest": text(f"insight.lowest.{kind}", language),
    }


def spoken(name: str) -> str:
    """The name of a column in words, small but for shorthands such as GPA."""
    words = name.replace("_", " ").split()
    shouted = name.isupper() and len(name) > _LONGEST_SHORTHAND
    return " ".join(word.lower() if shouted or word.istitle() else word for word in words)


def name_of(column: Column, row: int, language: Language) -> str:
    """What row `row` is called by a column: its label, or its time in words."""
    value = column.values[row]
    if value is None:
        return text("insight.no_value", language)
    if isinstance(value, bool):
        return text(f"insight.{str(value).lower()}", language, name=spoken(column.name))
    if column.role == "time":
        return _time(column, row, language)
    if column.role == "label" and column.keys:
        return f"{spoken(column.name)} {figure(column.keys[row], column.format, language)}"
    if column.role == "code" and isinstance(value, int | float | Decimal):
        return f"{spoken(column.name)} {_text(value)}"
    return _text(value)


def listed(names: Iterable[str], language: Language) -> str:
    """One after the other: A, B and C."""
    *before, last = names
    if not before:
        return last
    return "、".join((*before, last)) if language == "zh" else f"{', '.join(before)} and {last}"


def _time(column: Column, row: int, language: Language) -> str:
    value, key = column.values[row], column.keys[row]
    number = isinstance(value, int | float) or str(value).strip().isdecimal()
    if column.grain == "date" and len(str(value)) > 10:
        return str(value)[:10]
    if column.grain == "time":
        return str(value).replace("T", " ")
    if column.grain == "year" and number and language == "zh":
        return f"{key[0]}年"
    if not column.cyclic or not number:
        return _text(value)
    if column.grain == "month":
        return text("insight.months", language).split()[int(key[0]) - 1]
    return text(f"insight.{column.grain}", language, number=key[0])


def _text(value: Any) -> str:
    if isinstance(value, float | Decimal) and -_HUGE < value < _HUGE and value == int(value):
        value = int(value)
    shown = " ".join(str(value).split())
    return shown if len(shown) <= _LONGEST_NAME else shown[: _LONGEST_NAME - 1] + "…"


def _sized(size: Decimal, form: Format, language: Language) -> str:
    if language == "zh" and form.kind != "percent":
        for unit, word, decimals in _CHINESE_UNITS:
            if size >= unit:
                return _plain(size / (unit if word == "亿" else Decimal(10) ** 4), decimals) + word
    if form.kind == "currency" and form.decimals and (size >= 1 or size == _rounded(size, form.decimals)):
        return f"{_rounded(size, form.decimals):,}"
    # What is computed may need more digits than the column: an average of whole numbers, a small one among large ones.
    decimals = max(form.decimals, 0 if size == size.to_integral_value() else 2)
    if 0 < size < 1:
        decimals = max(decimals, 1 - size.adjusted())
    return _plain(size, decimals)


def _plain(value: Decimal, decimals: int) -> str:
    """Rounded, with commas, without zeros at the end."""
    written = f"{_rounded(value, decimals):,f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _rounded(value: Decimal, decimals: int) -> Decimal:
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=_ROUNDING)
    return rounded if rounded else abs(rounded)
