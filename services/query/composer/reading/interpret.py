"""From what was found in a question to a plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.query.composer.linking.marks import Linked
from services.query.composer.queries.plan import Plan
from services.query.composer.queries.valid import is_valid
from services.query.composer.reading.alternatives import read_alternatives
from services.query.composer.reading.amounts.averaged import read_averaged
from services.query.composer.reading.amounts.how_much import read_how_much
from services.query.composer.reading.amounts.measures import read_measures
from services.query.composer.reading.amounts.shares import read_shares, read_shares_of_groups
from services.query.composer.reading.amounts.totals import name_totals, read_totals
from services.query.composer.reading.columns import read_columns
from services.query.composer.reading.finish import finish
from services.query.composer.reading.groups import read_counted_groups, read_groups
from services.query.composer.reading.orders import read_orders
from services.query.composer.reading.ranking.rankings import read_limits, read_rankings
from services.query.composer.reading.reading import LeftOpen, Reading
from services.query.composer.reading.rows.above_average import read_above_average
from services.query.composer.reading.rows.conditions import read_conditions
from services.query.composer.reading.rows.exclusions import read_exclusions
from services.query.composer.reading.rows.missing import read_lacking
from services.query.composer.reading.rows.terms import name_things
from services.query.composer.reading.times.times import read_dates
from services.query.composer.reading.times.units import read_units
from services.query.composer.reading.understood import share, understood
from services.query.composer.reading.ways import read_way
from services.query.knowledge.schema import Schema


@dataclass(frozen=True)
class Interpretation:
    """A plan; the columns that the question names; and how surely what is said is what is meant, 0 to 1."""

    plan: Plan
    spoken: frozenset[tuple[str, str]]
    share: float
    understood: bool
    """Whether everything that was said has found its place in the plan, and nothing was unclear."""
    items: tuple[str, ...]
    """The ids of the verified pairs that taught what words of it mean."""
    left_open: Mapping[LeftOpen, tuple[str, ...]]
    """What may be meant, the likeliest first."""
    reading: Reading


def interpret(linked: Linked, schema: Schema) -> Interpretation | None:
    """The plan of a question; None when nothing in it can be selected."""
    reading = Reading(linked, schema)
    name_things(reading)
    name_totals(reading)
    read_alternatives(reading)
    read_way(reading)
    read_lacking(reading)
    read_exclusions(reading)
    read_dates(reading)
    read_above_average(reading)
    read_conditions(reading)
    read_groups(reading)
    read_units(reading)
    read_orders(reading)
    read_rankings(reading)
    read_shares(reading)
    read_how_much(reading)
    read_measures(reading)
    read_totals(reading)
    read_counted_groups(reading)
    read_shares_of_groups(reading)
    read_limits(reading)
    read_columns(reading)
    read_averaged(reading)
    finish(reading)
    plan = reading.plan
    reading.unclear |= not is_valid(plan, schema)
    if not (plan.measures or plan.columns or plan.groups or plan.everything):
        return None
    items = dict.fromkeys(item for meant in reading.meant.values() for item in meant.items)
    spoken, known = frozenset(reading.spoken), share(reading)
    return Interpretation(plan, spoken, known, understood(reading), tuple(items), reading.left_open, reading)
