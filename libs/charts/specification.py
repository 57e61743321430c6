"""The declarative specification of a chart: which columns of a result are drawn, and how. No code, no values."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

ChartType = Literal["table", "number", "bar", "line", "pie", "scatter"]
FormatKind = Literal[
    "text", "boolean", "integer", "decimal", "percent", "currency", "date", "time", "month", "year"
]  # fmt: skip


class Format(BaseModel):
    """How the values of one column are written.

    `date` is a day, `time` a day with its time; both come as text. `month` is 1 to 12 or text such as 2024-03. A `year`
    is written without a separator of thousands.
    """

    model_config = ConfigDict(
        frozen=True, use_attribute_docstrings=True, json_schema_serialization_defaults_required=True
    )

    kind: FormatKind = "text"
    decimals: int = 0
    """Digits after the point that suit the whole column."""
    unit: str = ""
    """A currency's sign or code as the data has it; empty when the data does not tell."""
    factor: int = 1
    """A value is multiplied by it before it is written: 100 for shares such as 0.25, which are written as 25 %."""
    as_text: bool = False
    """Its numbers come as text: without the unit, the % sign and the commas, what is left is the number."""


class Chart(BaseModel):
    """How the rows of an answer are drawn.

    - `table`: all columns, as they come.
    - `number`: the one value of column `y[0]`.
    - `bar`: one group of bars for each value of `x`, in it one bar for each of `y`, or for each value of `series`.
    - `line`: `x` is time; one line for each of `y`, or for each value of `series`.
    - `pie`: one slice for each value of `x`, as large as its `y[0]`; together they are the whole.
    - `scatter`: one point for each row, at `x` and `y[0]`, both numbers.

    Columns are named as in the result. A column that is drawn has a name that no other column has.
    """

    model_config = ConfigDict(
        frozen=True, use_attribute_docstrings=True, json_schema_serialization_defaults_required=True
    )

    type: ChartType
    x: str | None = None
    y: tuple[str, ...] = ()
    """Columns of numbers; they share one axis. A null is a gap, not a zero."""
    series: str | None = None
    """The column whose few values tell lines or bars of one `x` apart; there is only one `y` then."""
    order: tuple[int, ...] | None = None
    """Positions, from 0, of the rows to draw in their order; null: all rows, as they come."""
    formats: tuple[Format, ...] = ()
    """One for each column of the result, in its order."""
