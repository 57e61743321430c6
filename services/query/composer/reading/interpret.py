"""From what was found in a question to a plan."""

from dataclasses import dataclass, field

from services.query.composer.language.cues import TIME_WORDS
from services.query.composer.language.words import keys
from services.query.composer.linking.marks import Linked
from services.query.composer.linking.names import name_column
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Measure, Place, Plan
from services.query.composer.reading.columns import read_columns
from services.query.composer.reading.conditions import read_conditions
from services.query.composer.reading.exclusions import read_exclusions
from services.query.composer.reading.groups import read_counted_groups, read_groups
from services.query.composer.reading.measures import read_measures
from services.query.composer.reading.orders import read_orders
from services.query.composer.reading.rankings import read_rankings
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.times import read_dates, read_units
from services.query.knowledge.schema import Schema

_HARD = frozenset(
    {"sum", "avg", "min", "max", "most", "least", "top", "bottom", "more", "less", "at_least", "at_most", "not_equal",
     "between", "not", "without", "missing", "ascending", "descending", "contains", "count", "or", "forecast"}
)  # fmt: skip


_VERBS = frozenset(
    [
        "offer",
        "offers",
        "complete",
        "completes",
        "receive",
        "receives",
        "get",
        "gets",
        "got",
        "gotten",
        "take",
        "takes",
        "took",
        "taken",
        "make",
        "makes",
        "made",
        "give",
        "gives",
        "gave",
        "given",
        "hold",
        "holds",
        "held",
        "go",
        "goes",
        "went",
        "gone",
        "have",
        "do",
        "does",
        "did",
        "done",
        "see",
        "sees",
        "saw",
        "seen",
        "win",
        "wins",
        "won",
        "lead",
        "leads",
        "led",
        "run",
        "runs",
        "ran",
        "spend",
        "spends",
        "spent",
        "write",
        "writes",
        "wrote",
        "written",
        "teach",
        "teaches",
        "taught",
        "buy",
        "buys",
        "bought",
        "sell",
        "sells",
        "sold",
        "pay",
        "pays",
        "paid",
        "send",
        "sends",
        "sent",
        "visit",
        "visits",
        "attend",
        "attends",
        "belong",
        "belongs",
        "contain",
        "contains",
        "cost",
        "costs",
        "exist",
        "exists",
        "fly",
        "flies",
        "flew",
        "flown",
        "live",
        "lives",
        "own",
        "owns",
        "play",
        "plays",
        "produce",
        "produces",
        "publish",
        "publishes",
        "register",
        "registers",
        "release",
        "releases",
        "rent",
        "rents",
        "report",
        "reports",
        "require",
        "requires",
        "serve",
        "serves",
        "sing",
        "sings",
        "start",
        "starts",
        "stay",
        "stays",
        "study",
        "studies",
        "support",
        "supports",
        "use",
        "uses",
        "work",
        "works",
        "earn",
        "earns",
        "enroll",
        "enrolls",
        "create",
        "creates",
        "cover",
        "covers",
        "carry",
        "carries",
        "choose",
        "chooses",
        "chose",
        "chosen",
        "come",
        "comes",
        "came",
        "join",
        "joins",
        "know",
        "known",
        "treat",
        "treats",
        "perform",
        "performs",
        "undergo",
        "underwent",
        "prescribe",
        "prescribes",
    ]
)


@dataclass
class Interpretation:
    """A plan, and what of the question found no place in it."""

    plan: Plan
    spoken: set[tuple[str, str]] = field(default_factory=set)
    dropped: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    unclear: bool = False
    unknown: tuple[str, ...] = ()
    """Words that mean nothing here, and that change what is asked."""
    share: float = 0.0
    """How surely what is said is what is meant, 0 to 1."""


def interpret(linked: Linked, schema: Schema) -> Interpretation | None:
    """The plan of a question; None when nothing in it can be selected."""
    reading = Reading(linked, schema)
    read_exclusions(reading)
    read_dates(reading)
    read_conditions(reading)
    read_groups(reading)
    read_units(reading)
    read_orders(reading)
    read_rankings(reading)
    read_measures(reading)
    read_counted_groups(reading)
    read_columns(reading)
    _finish(reading)
    plan = reading.plan
    if not (plan.measures or plan.columns or plan.groups or plan.everything):
        return None
    dropped = tuple(
        reading.said(i)
        for i, item in enumerate(reading.items)
        if i not in reading.used and item.kind in ("thing", "number", "quoted", "period", "unit")
    )
    unheard = tuple(
        item.said
        for i, item in enumerate(reading.items)
        if item.cue in _HARD and i not in reading.used and not _in_total(reading, i)
    )
    light = {
        i
        for i, item in enumerate(reading.items)
        if item.kind == "word" and i not in reading.used and _is_light(reading, i)
    }
    unknown = tuple(
        item.said for i, item in enumerate(reading.items) if item.kind == "word" and i not in reading.used | light
    )
    return Interpretation(plan, reading.spoken, dropped, unheard, reading.unclear, unknown, _share(reading, light))


def _in_total(reading: Reading, index: int) -> bool:
    """`how many hotels are there in total`: of what is counted, there is no other number."""
    counts = any(measure.aggregate == "count" for measure in reading.plan.measures)
    return (
        counts
        and reading.said(index) in ("total", "altogether", "overall")
        and reading.text.tokens[reading.items[index].first - 1].key == "in"
    )


def _is_light(reading: Reading, index: int) -> bool:
    """Whether a word is a verb that only leads to what is said beside it: `received a yes`, `produced after 2000`."""
    word = reading.said(index)
    if not (word in _VERBS or (word.endswith(("ed", "ing")) and len(word) > 4)):
        return False
    if (
        index + 1 < len(reading.items)
        and reading.items[index + 1].kind == "thing"
        and reading.items[index + 1].first == reading.items[index].last
    ):
        return reading.table(index + 1) is None  # `refunded orders` says which orders
    return any(
        i in reading.used and reading.items[i].kind in ("thing", "number", "quoted", "period")
        for i in reading.clause(index)
    )


def _share(reading: Reading, light: set[int]) -> float:
    total = said = 0.0
    for i, item in enumerate(reading.items):
        size = float(item.last - item.first)
        if item.kind == "thing":
            total += size
            said += size * min(reading.meant[i].weight, 1.0)
        elif item.kind in ("number", "quoted", "period", "unit") or (item.kind == "word" and i in reading.used):
            total += size
            said += size
        elif item.kind == "word":
            total += size
            said += size * (0.5 if i in light else 0.0)
    return said / total if total else 0.0


def _finish(reading: Reading) -> None:
    plan = reading.plan
    if (
        any(item.said == "both" for item in reading.items)
        and plan.both is None
        and len(plan.conditions) + len(plan.having) < 2
    ):
        reading.unclear = True
    if reading.by_first_shown and not plan.order_by:
        first: list[Place | Measure] = [*plan.measures[-1:], *plan.columns[:1], *plan.groups[:1]]
        plan.order_by = first[:1]
    ordering = [by for by in plan.order_by if isinstance(by, Measure)]
    if (plan.having or plan.measures or ordering) and not plan.groups and (plan.columns or plan.having):
        _group_by_shown(reading)
    if plan.having and not plan.groups:
        reading.unclear = True
    if (
        plan.measures
        and not plan.groups
        and not plan.columns
        and isinstance(plan.order_by[0] if plan.order_by else None, Place)
        and plan.limit is None
    ):
        plan.groups = [by for by in plan.order_by if isinstance(by, Place)]
    if plan.groups and not (plan.measures or plan.having or ordering):
        plan.columns = plan.columns or list(plan.groups)
        plan.groups, plan.keyed = [], []
    if (
        plan.having
        and plan.measures
        and not plan.columns
        and len(plan.measures) == 1
        and plan.measures[0].aggregate == "count"
        and not r_each(reading)
    ):
        if plan.measures[0].column is None and plan.groups and plan.groups[0].table == plan.measures[0].table:
            plan.count_groups, plan.measures = True, []
    if not plan.order_by and plan.groups and not plan.columns:
        last = plan.groups[-1]
        if last.part or (keys(plan.groups[0].column)[:1] and keys(plan.groups[0].column)[0] in TIME_WORDS):
            plan.order_by, plan.descending = [last if last.part else plan.groups[0]], False
    plan.distinct = plan.distinct or _lists_values(reading)
    known = {one.place for one in plan.conditions if one.place and one.comparison == "=" and one.query is None}
    if plan.columns and not plan.measures and set(plan.columns) <= known:
        reading.unclear = True
    if plan.limit is not None and not plan.order_by:
        reading.unclear = True
    if plan.columns and not (plan.measures or plan.groups or ordering or plan.having):
        path = join_path(reading.schema, plan.tables, reading.spoken)
        shown = {place.table for place in plan.columns}
        if path and all(repeats(reading.schema, path, table) for table in shown):
            _each_once(reading, shown)


def _each_once(reading: Reading, shown: set[str]) -> None:
    """The join repeats what is shown: each row of the one table once, or each combination of several."""
    plan = reading.plan
    order = {by.table for by in plan.order_by if isinstance(by, Place)}
    if len(shown) == 1 and order <= shown and not plan.distinct and reading.key(next(iter(shown))):
        plan.once = next(iter(shown))
    elif plan.limit is None:
        plan.distinct = True


def _lists_values(reading: Reading) -> bool:
    """`list all cities`: of a column whose values repeat each is told once, where no table's rows are asked for."""
    plan = reading.plan
    if len(plan.columns) != 1 or plan.conditions or plan.order_by or plan.limit or plan.measures or plan.joined:
        return False
    place = plan.columns[0]
    label = name_column(reading.schema.table(place.table))
    named = any(meant.kind == "table" for meant in reading.meant.values())
    unique = reading.known(place).primary_key or (label is not None and label.name == place.column)
    return not (named or unique or reading.measurable(place))


def r_each(reading: Reading) -> bool:
    """Whether things are asked for each of something."""
    return any(item.cue == "each" for item in reading.items)


def _group_by_shown(reading: Reading) -> None:
    """`job title and average salary`: for each of what is shown; by the key of a table whose rows are named."""
    plan = reading.plan
    if plan.columns:
        plan.groups = list(plan.columns)
        for place in plan.columns:
            table = reading.schema.table(place.table)
            label = reading.label(place.table)
            if table.primary_key and place.column == label.column and place.table not in plan.keyed:
                plan.keyed.append(place.table)
        return
    for measure in plan.measures:
        table = reading.schema.table(measure.table)
        if measure.aggregate == "count" and table.primary_key:
            plan.groups = [Place(measure.table, table.primary_key.name)]
            return
