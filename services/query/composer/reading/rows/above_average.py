"""Reads who has more of something than others have: `hotels with more than the average number of bookings`."""

from dataclasses import dataclass

from services.query.composer.queries.plan import Having, Measure, Plan
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import COMPARISONS


@dataclass(frozen=True)
class _Compared:
    """The item of what is counted, and that of whose it is; `taken` are the items that say so."""

    counted: int
    subject: int
    taken: tuple[int, ...]


def read_above_average(reading: Reading) -> None:
    """Compare what each has with the average of all, those with none among them."""
    for index in range(len(reading.items)):
        compared = _compared(reading, index) if reading.instructs(index, "more", "less") else None
        if compared is None:
            continue
        counted, subject = reading.table(compared.counted), reading.table(compared.subject)
        if counted is None or subject is None or counted == subject:
            continue
        measure = Measure("count", counted)
        group = reading.key(subject) or reading.label(subject)
        average = Plan(measures=[measure], groups=[group], with_none=True, average_groups=True)
        reading.plan.having.append(Having(measure, COMPARISONS[reading.cue(index)], "", average))
        reading.take(index, compared.counted, *compared.taken)
        reading.left_open["all"] = (reading.said(index),)


def _compared(reading: Reading, index: int) -> _Compared | None:
    average = reading.after(index)
    if not reading.instructs(average, "avg"):
        return None
    count = reading.after(average)
    if reading.cue(count) == "count":  # `more than the average number of bookings`
        subject = next((i for i in range(index - 1, -1, -1) if reading.table(i)), None)
        return _Compared(reading.after(count), subject, (average, count)) if subject is not None else None
    count = reading.before(index)
    if reading.cue(count) != "count":
        return None
    counted = reading.before(count)  # 预订数超过平均值的酒店
    others = [i for i in reading.meant if reading.table(i) and i != counted]
    return _Compared(counted, others[0], (average, count)) if len(others) == 1 else None
