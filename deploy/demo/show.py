"""What the demonstration prints: headings, tables, charts in the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

console = Console(highlight=False, width=110)

_BAR_WIDTH = 40
_SHOWN_ROWS = 6


def heading(number: int, text: str) -> None:
    """A step begins."""
    console.print(f"\n[bold cyan]{number}.[/] [bold]{text}[/]")


def said(text: str) -> None:
    """Something happened."""
    console.print(f"   {text}")


@contextmanager
def progress_bar(title: str) -> Iterator["Bar"]:
    """A live progress bar from 0 to 100."""
    columns = (TextColumn("   {task.description:<12}"), BarColumn(_BAR_WIDTH), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), TextColumn("{task.fields[step]}"), console=console) as progress:
        yield Bar(progress, title)


class Bar:
    """A progress bar that follows checkpoints."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=100, step="")

    def show(self, percent: float, step: str) -> None:
        """Move to `percent` and say what is being done."""
        self._progress.update(self._task, completed=percent, step=step[:44])


def answer(asked: str, given: dict[str, Any], milliseconds: float) -> None:
    """A question with its SQL, rows and chart, or the honest reason why there are none."""
    console.print(f"\n   [bold yellow]?[/] [bold]{asked}[/]  [dim]{given['outcome']}, {milliseconds:.0f} ms[/]")
    if given.get("sql"):
        console.print(Syntax(given["sql"], "sql", background_color="default", word_wrap=True, padding=(0, 5)))
    if given["outcome"] != "answered":
        said(f"  {given.get('answer_text', '')} {' | '.join(given.get('choices') or [])}")
        return
    rows, columns = given.get("rows") or [], [column["name"] for column in given.get("columns") or []]
    if given["chart_type"] in ("bar", "line", "pie"):
        _bars(columns, rows, given["chart"])
    else:
        _rows(columns, rows)
    if given.get("insight"):
        console.print(Padding(Text(given["insight"], style="italic"), (0, 0, 0, 5)))
    for choice in given.get("choices") or ():
        console.print(Padding(Text(f"[{choice}]", style="cyan"), (0, 0, 0, 5)))


def _rows(columns: list[str], rows: list[list[Any]]) -> None:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    for column in columns:
        table.add_column(column, style="green")
    for row in rows[:_SHOWN_ROWS]:
        table.add_row(*(_text(value) for value in row))
    console.print(Padding(table, (0, 0, 0, 5)))
    if len(rows) > _SHOWN_ROWS:
        said(f"  ... {len(rows)} rows")


def _bars(columns: list[str], rows: list[list[Any]], chart: dict[str, Any]) -> None:
    """The first measure of a chart as bars, in the chart's order."""
    names = [columns.index(name) for name in (chart["x"], chart["series"]) if name is not None]
    number = columns.index(chart["y"][0])
    drawn = [rows[at] for at in chart["order"]] if chart["order"] is not None else rows
    largest = max((abs(float(row[number])) for row in drawn if _is_number(row[number])), default=0) or 1
    for row in drawn[: 2 * _SHOWN_ROWS]:
        value = float(row[number]) if _is_number(row[number]) else 0.0
        bar = "█" * max(1, round(abs(value) / largest * _BAR_WIDTH))
        label = " / ".join(_text(row[at]) for at in names)
        console.print(f"     {label[:26]:<26} [green]{bar}[/] {_text(row[number])}")


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def _text(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def figures(rows: list[tuple[str, str]]) -> None:
    """The one table of figures at the end."""
    table = Table(title="Figures of this run", title_justify="left")
    table.add_column("what")
    table.add_column("figure", justify="right", style="bold green")
    for row in rows:
        table.add_row(*row)
    console.print()
    console.print(table)
