"""What the demonstration prints: headings, tables, charts in the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax
from rich.table import Table

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
    if given["chart_type"] in ("bar", "line", "pie") and len(columns) >= 2 and rows:
        _bars(rows)
    else:
        _rows(columns, rows)
    if given.get("insight"):
        said(f"  [italic]{given['insight']}[/]")


def _rows(columns: list[str], rows: list[list[Any]]) -> None:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    for column in columns:
        table.add_column(column, style="green")
    for row in rows[:_SHOWN_ROWS]:
        table.add_row(*(_text(value) for value in row))
    console.print(Padding(table, (0, 0, 0, 5)))
    if len(rows) > _SHOWN_ROWS:
        said(f"  ... {len(rows)} rows")


def _bars(rows: list[list[Any]]) -> None:
    """A bar chart of the first text and the first number column."""
    number = next((i for i in range(len(rows[0]) - 1, -1, -1) if _is_number(rows[0][i])), None)
    if number is None:
        return _rows([str(i) for i in range(len(rows[0]))], rows)
    label = 0 if number else min(1, len(rows[0]) - 1)
    largest = max((abs(float(row[number])) for row in rows if _is_number(row[number])), default=0) or 1
    for row in rows[: 2 * _SHOWN_ROWS]:
        value = float(row[number]) if _is_number(row[number]) else 0.0
        bar = "█" * max(1, round(abs(value) / largest * _BAR_WIDTH))
        console.print(f"     {_text(row[label])[:26]:<26} [green]{bar}[/] {_text(row[number])}")
    return None


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
