"""The columns of a table that hold amounts, and those of them that are money."""

from services.query.composer.language.codes import yes_of
from services.query.composer.language.words import keys
from services.query.composer.queries.plan import Place
from services.query.composer.reading.reading import Reading

_OF_MONEY = ("price", "cost", "fee", "amount", "amt", "paid", "salary", "total", "价", "费", "额", "款", "工资", "薪")


def amounts_of(reading: Reading, table: str) -> list[Place]:
    """Its columns that hold amounts."""
    places = [Place(table, column.name) for column in reading.schema.table(table).columns]
    return [place for place in places if is_amount(reading, place)]


def is_amount(reading: Reading, place: Place) -> bool:
    """Whether it holds amounts: neither keys, dates and years, nor yes and no."""
    column = reading.known(place)
    timely = reading.is_time(place) or "year" in keys(column.name)
    return reading.is_number(place) and not (reading.is_key(place) or timely or yes_of(column))


def is_money(reading: Reading, place: Place) -> bool:
    """Whether its name or comment speaks of money."""
    column = reading.known(place)
    said = {*keys(column.name), *keys(column.comment or "")}
    return not said.isdisjoint(_OF_MONEY)
