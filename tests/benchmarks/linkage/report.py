"""The bench's figures as tables on the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from tests.benchmarks.linkage.score import Score

CONSOLE = Console(width=118)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; the first column to the left, the others to the right."""
    made = Table(*columns, title=title, title_justify="left")
    for column in made.columns[1:]:
        column.justify = "right"
    for row in rows:
        made.add_row(*(shown(value) for value in row))
    CONSOLE.print(made)


def warn_of_load() -> None:
    """Say where others are using the machine: wall seconds then tell little, CPU seconds still do."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 4:
        CONSOLE.print(
            f"The machine is busy (load {load:.1f} on {cores} cores): trust the CPU seconds.", style="bold"
        )


def scores(title: str, found: Iterable[Score]) -> None:
    """Print scores by group."""
    table(
        title,
        ("group", "records", "true pairs", "false pairs", "precision", "recall", "F1"),
        [
            (f"{s.group_type}: {s.group_value}", s.records, s.true_pairs, s.false_pairs,
             per_cent(s.precision), per_cent(s.recall), per_cent(s.f1))
            for s in found
        ],
    )  # fmt: skip


def per_cent(share: float | None) -> str:
    """A share in per cent with three decimals: 99.950 must differ from 99.949."""
    return "" if share is None else f"{share:.3%}"


def shown(value: object) -> str:
    """Numbers with separators, as far as they can be measured."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
