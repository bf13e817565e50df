"""Bars of long work, on a terminal only: the steps, and beneath them the parts of the one under way.

They go to stderr, so that what is printed on stdout stays what it is. A thread of their own draws them twice
a second: the work only sets two numbers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline import progress

if TYPE_CHECKING:
    from rich.progress import Progress

_A_SECOND = 2  # so often they are drawn


@contextmanager
def shown(words: str = "starting") -> Iterator[None]:
    """Show how far the block has come, where stderr is a terminal; ``words`` until it says so itself."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    with _drawn(words) as bars, progress.told_to(bars):
        yield


@contextmanager
def _drawn(words: str) -> Iterator[progress.Listener]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from pipeline.cli import console

    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(bar_width=30), MofNCompleteColumn(),
        TextColumn("{task.fields[what]}", markup=False), TimeElapsedColumn(),
    )  # fmt: skip
    # What is printed on stdout meanwhile may go to a file, and must go there.
    bars = Progress(
        *columns, console=console.of_stderr(), transient=True, redirect_stdout=False,
        refresh_per_second=_A_SECOND,
    )  # fmt: skip
    with bars:
        yield _Bars(bars, words)


class _Bars:
    """Hears of steps and parts, and sets the two bars."""

    def __init__(self, bars: Progress, words: str) -> None:
        self._bars = bars
        self._steps = bars.add_task(words, total=None, what="steps")
        self._parts = bars.add_task("", total=None, what="", visible=False)

    def step(self, words: str, number: int, of: int) -> None:
        """Steps before this one are done."""
        self._bars.update(self._steps, description=words, total=of or None, completed=max(0, number - 1))
        self._bars.update(self._parts, visible=False)

    def parts(self, done: int, of: int, what: str) -> None:
        """Parts of the step."""
        self._bars.update(self._parts, visible=True, total=of, completed=done, what=what)
