"""The summary as a page of tables."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.summary.figures import Summary, command_path

Rows = Sequence[Mapping[str, Any]]
_UNSHOWN = ("message",)


def render(summary: Summary, console: Console) -> None:
    """Print the summary: feeds, rows, links, withheld, checks, metrics, products, what to try next."""
    run = summary.run
    title = f"run {run['run_id']} · as of {run['as_of']} · {run['outcome']}"
    console.rule(title, align="left") if console.is_terminal else console.print(title, markup=False)
    _section(console, "Feeds (tonight's files)", summary.feeds, "no feed was looked at")
    _messages(console, summary.feeds)
    _section(
        console, "Rows by stage (rows in = out + quarantined + withheld + superseded)", summary.stages, "none"
    )
    _section(console, "Source records by link step", summary.links, "nothing was linked")
    if summary.contradictions:
        _section(console, "Decisions of people that the links could not obey", summary.contradictions, "none")
    _section(console, "Withheld", summary.withheld, "nobody was withheld")
    _section(
        console,
        "National opt-out reply in use",
        summary.opt_out_reply,
        "none: secondary_use is not published",
    )
    _section(console, "Checks", summary.checks, "no check ran")
    _section(console, "Rules that did not pass", summary.broken_rules, "none")
    _section(
        console, "Headline metrics (secondary_use, whole system)", summary.metrics, "none were published"
    )
    _section(console, "Products", summary.products, "none")
    _reasons(console, summary.reasons)
    _next(console, summary.next_commands)


def as_text(summary: Summary, width: int = 120) -> str:
    """The same page as plain text."""
    console = Console(file=StringIO(), width=width, highlight=False, color_system=None)
    with console.capture() as captured:
        render(summary, console)
    return captured.get()


def table(rows: Rows) -> Table:
    """A plain table whose columns are the keys of the first row; numbers to the right."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    names = [name for name in rows[0] if name not in _UNSHOWN]
    for name in names:
        right = any(_is_number(row[name]) for row in rows)
        shown.add_column(name.replace("_", " "), justify="right" if right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cell(row[name])) for name in names))  # as text: what is in brackets is no style
    return shown


def cell(value: object) -> str:
    """A value as a person reads it: thousands apart, two decimals, a dash for nothing; on one line."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else " ".join(str(value).split())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _section(console: Console, title: str, rows: Rows, nothing: str) -> None:
    console.print(f"\n[bold]{title}[/bold]")
    console.print(table(rows) if rows else nothing)


def _messages(console: Console, feeds: Rows) -> None:
    for feed in feeds:
        if feed["message"]:
            console.print(f"  {feed['source']}/{feed['sender']}: {feed['message']}", markup=False)


def _reasons(console: Console, reasons: Sequence[str]) -> None:
    if reasons:
        console.print("\n[bold]Why not everything was published[/bold]")
    for reason in reasons:
        console.print(f"  {reason}", markup=False, soft_wrap=True)


def _next(console: Console, commands: Sequence[str]) -> None:
    console.print("\n[bold]Next[/bold]")
    for command in commands:
        console.print(f"  {command_path(command, Path(sys.executable))}", markup=False, soft_wrap=True)
