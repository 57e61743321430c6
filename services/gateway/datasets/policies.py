"""Which row policies a dataset may have, decided without clock, database or broker."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.policy import NoFilter, unknown_columns
from libs.events.catalog import DatasetChanged, RowPolicy
from libs.language.catalogue import Phrase
from services.gateway.datasets.decider import decide_change
from services.gateway.datasets.structure import Tables
from services.gateway.datasets.wrong import Wrong


def decide_policies(
    before: DatasetChanged, policies: Sequence[RowPolicy], dialect: Dialect, tables: Tables, at: datetime, who: str
) -> DatasetChanged | tuple[Wrong, ...]:
    """The next version with these policies, or all that is wrong with them."""
    if wrong := tuple(_wrong(policies, dialect, tables)):
        return wrong
    return decide_change(before, {"policies": [policy.model_dump() for policy in policies]}, at, who)


def _wrong(policies: Sequence[RowPolicy], dialect: Dialect, tables: Tables) -> Iterator[Wrong]:
    seen = set()
    for index, policy in enumerate(policies):
        if policy.table not in tables:
            yield Wrong(index, "table", Phrase("policy.unknown_table", {"table": policy.table}))
        elif why := _wrong_filter(policy, dialect, tables):
            yield Wrong(index, "filter", why)
        if (policy.table, policy.role) in seen:
            yield Wrong(index, "", Phrase("policy.duplicate", {}))
        seen.add((policy.table, policy.role))


def _wrong_filter(policy: RowPolicy, dialect: Dialect, tables: Tables) -> Phrase | None:
    try:
        unknown = unknown_columns(policy.filter, dialect, policy.table, tables[policy.table])
    except RefusedByGate as error:
        return Phrase("policy.refused", {"why": error.why})
    except NoFilter:
        return Phrase("policy.no_filter", {})
    values = {"table": policy.table, "columns": ", ".join(unknown)}
    return Phrase("policy.unknown_columns", values) if unknown else None
