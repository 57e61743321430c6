"""What codes in columns stand for: the F of a sex, the T of `official`; and what those of a country are called."""

from services.query.composer.language.countries import names_of_country
from services.query.composer.language.words import keys
from services.query.knowledge.schema import Column

_SEXES = frozenset({"sex", "gender", "性别"})
_WOMEN, _MEN = ("female", "woman", "girl", "women", "女", "女性"), ("male", "man", "boy", "men", "男", "男性")
_SEX_CODES = {"f": _WOMEN, "female": _WOMEN, "女": _WOMEN, "w": _WOMEN, "m": _MEN, "male": _MEN, "男": _MEN}
_YES_AND_NO = ({"t", "f"}, {"y", "n"}, {"yes", "no"}, {"true", "false"}, {"是", "否"})
_YES = frozenset({"t", "y", "yes", "true", "是"})


def said_for(column: Column, value: str) -> tuple[str, ...]:
    """Other words for a value of a column."""
    code = value.strip().lower()
    if _SEXES & {*keys(column.name), column.comment or ""}:
        return _SEX_CODES.get(code, ())
    return names_of_country(value, keys(column.name), column.comment or "")


def yes_of(column: Column) -> tuple[tuple[str, ...], str] | None:
    """What rows are of which a column says yes, and its value that does: `official`, 'T'; None for other columns."""
    name = keys(column.name)
    asks = len(name) > 1 and name[0] in ("be", "is", "has", "was")
    said = [" ".join(name[1:] if asks else name)]
    comment = column.comment or ""
    if comment.startswith("是否") and comment != "是否":
        asks, said = True, [*said, comment.removeprefix("是否")]
    values = {value.lower() for value in column.values}
    if values and any(values <= pair for pair in _YES_AND_NO):
        yes = next((value for value in column.values if value.lower() in _YES), None)
        return (tuple(said), yes) if yes else None
    done = len(name) == 1 and name[0].endswith("ed") and "INT" in column.type.upper()  # of a row that is `neutered`
    number = column.is_number and not column.values and not column.foreign_key and (asks or done)
    return (tuple(said), "1") if number or "BOOL" in column.type.upper() else None
