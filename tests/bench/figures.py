"""How figures are summed up."""

from collections.abc import Sequence
from typing import TypeAlias

Figure: TypeAlias = dict[str, object]
"""One line of JSON."""


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of `values`."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def spread(name: str, unit: str, values: Sequence[float]) -> Figure:
    """One line: p50, p95, p99 and the number of measurements."""
    return {
        "figure": name,
        "unit": unit,
        "n": len(values),
        **{f"p{percent}": round(percentile(values, percent), 2) for percent in (50, 95, 99)},
    }


def value(name: str, unit: str, measured: float) -> Figure:
    """One line: a single measurement."""
    return {"figure": name, "unit": unit, "n": 1, "value": round(measured, 2)}
