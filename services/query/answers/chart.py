"""Writes the specification of the chart that a shape is drawn as: declarative, never code."""

from libs.charts.specification import Chart
from services.query.answers.shape import Shape


def chart_of(shape: Shape) -> Chart:
    """The specification of `shape`."""
    formats = tuple(column.format for column in shape.columns)
    if shape.type == "table":
        return Chart(type="table", formats=formats)
    return Chart(
        type=shape.type,
        x=shape.x.name if shape.x else None,
        y=tuple(column.name for column in shape.y),
        series=shape.series.name if shape.series else None,
        order=None if shape.order == tuple(range(shape.rows)) else shape.order,
        formats=formats,
    )
