"""Reads values that several columns hold, each as near to what is asked: which one is meant is asked back."""

from services.query.composer.linking.lexicon import Meant
from services.query.composer.queries.joins import join_path
from services.query.composer.reading.reading import Reading

_AS_GOOD = 0.1


def check_values(reading: Reading) -> None:
    """Note the columns of each; nothing is open where something else that is said is of the same table."""
    for index, item in enumerate(reading.items):
        value = reading.value(index)
        if (
            value is None
            or item.mark is None
            or any(meant.table == value.table for other, meant in reading.meant.items() if other != index)
        ):
            continue
        near = _joins(reading, value)
        as_good = [one for one in item.mark.meanings if one.value and one.weight >= value.weight - _AS_GOOD]
        others = [one for one in as_good if one.table != value.table and near and _joins(reading, one) == near]
        if others:
            reading.unclear = True
            reading.left_open["column"] = tuple(dict.fromkeys(one.column or "" for one in (value, *others)))


def _joins(reading: Reading, value: Meant) -> int:
    first = reading.plan.tables[0]
    path = join_path(reading.schema, [first, value.table], reading.spoken) if first != value.table else None
    return len(path or ())
