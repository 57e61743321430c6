"""What names carry that people do not say, the `tbl` of tbl_client or the unit of weight_kg; and the zh of name_zh."""

from collections.abc import Sequence

from services.query.composer.language.words import keys
from services.query.composer.linking.amounts import amount_of
from services.query.composer.linking.lexicon import Phrase
from services.query.knowledge.schema import Column, Schema, Table

_TECHNICAL = frozenset({"tbl", "tb", "tab", "t", "dim", "fact", "ref"})
_UNITS = frozenset(
    {"km", "km2", "m", "m2", "cm", "mm", "ft", "mi", "sqm", "sqft", "kg", "g", "lb", "lbs", "ms", "sec", "min", "mins",
     "hr", "hrs", "usd", "eur", "gbp", "cny", "rmb", "yuan", "pct", "percent", "f", "c", "kmh", "mph", "mb", "gb",
     "day", "minute", "hour"}
)  # fmt: skip
_LANGUAGES = {
    "zh": ("chinese", "中文"), "cn": ("chinese", "中文"), "en": ("english", "英文"), "de": ("german", "德文"),
    "fr": ("french", "法文"), "es": ("spanish", "西班牙文"), "ja": ("japanese", "日文"), "jp": ("japanese", "日文"),
}  # fmt: skip
"""What ends the names of columns that say the same in another language."""
_NUMBERED = frozenset({"phone", "telephone", "mobile", "cellphone", "fax"})
"""What has a number that is no count: `the phone number of the students`."""
_FEWEST = 3
_SHORTEST = 2


def table_names(schema: Schema) -> dict[str, Phrase]:
    """What people call each table: its name without what only says that it is a table, or stands before all of them."""
    names = {table.name: keys(table.name) for table in schema.tables}
    shared = _shared(list(names.values()))
    return {
        name: said[1:] if len(said) > 1 and (said[0] in _TECHNICAL or shared) else said for name, said in names.items()
    }


def _shared(names: Sequence[Phrase]) -> bool:
    """Whether all names begin with one word."""
    return len(names) >= _FEWEST and len({name[:1] for name in names}) == 1


def short_names(table: Table, column: Column) -> list[Phrase]:
    """What people call a column: without its unit, and without what stands for its table."""
    name, found = _words(column.name), []
    if len(name) > 1 and name[-1] in _UNITS:
        name = name[:-1]
        found.append(name)
    if len(name) > 1 and _is_of_table(name[0], table):
        found.append(name[1:])
    found += [(*said, "number") for said in (name, *found) if said[-1] in _NUMBERED]
    if column == amount_of(table):
        found.append(("amount",))
    if len(name) > 1 and name[-1] in _LANGUAGES and table.column(column.name[: -len(name[-1])].rstrip("_")):
        found += _in_language(name[:-1], *_LANGUAGES[name[-1]])
    return found


def _in_language(name: Phrase, english: str, han: str) -> list[Phrase]:
    """`Chinese name`, 中文名 for name_zh, beside a name."""
    short = [keys(f"{han}名")] if name == ("name",) else []
    return [(english, *name), (*keys(han), *name), *short]


def _words(name: str) -> Phrase:
    """`area_km2` has two words, though a digit begins another token."""
    found = keys(name)
    return (*found[:-2], found[-2] + found[-1]) if len(found) > 2 and found[-1] in ("2", "3") else found


def _is_of_table(prefix: str, table: Table) -> bool:
    """Whether most columns have it before their name, or it is short for the table."""
    owner, own = keys(table.name), [keys(column.name)[:1] for column in table.columns]
    often = len(own) >= _FEWEST and own.count((prefix,)) > len(own) / 2
    return often or (len(prefix) >= _SHORTEST and any(word != prefix and word.startswith(prefix) for word in owner))
