"""How the command line speaks: tables for people, JSON for machines, progress on a terminal only."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipeline.errors import UsageError
from pipeline.summary.page import table

WIDTH = 120  # of what is written to a file or a pipe

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def group(name: str, words: str, example: str) -> typer.Typer:
    """A verb that has verbs of its own."""
    return typer.Typer(
        name=name, help=words, epilog=example_of(example), no_args_is_help=True, rich_markup_mode=None
    )


def example_of(*commands: str) -> str:
    """The closing lines of a help text."""
    return "\n".join(["\b", "Example:", *(f"  {command}" for command in commands)])


def out() -> Console:
    """The console of stdout: colours on a terminal only."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)


def fail(message: str) -> None:
    """One line on stderr."""
    Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(f"wsic: {message}")


def show_json(value: object) -> None:
    """``value`` as indented JSON; dates in ISO form, data classes as objects."""
    typer.echo(json.dumps(_plain(value), indent=2, ensure_ascii=False))


def show_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, nothing: str) -> None:
    """Rows of like keys as a table (or JSON); the words of ``nothing`` where there are none."""
    if as_json:
        show_json(list(rows))
    elif not rows:
        typer.echo(nothing)
    else:
        out().print(table(rows))


@contextmanager
def progress(enabled: bool = True) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows what is being done now, on a terminal; elsewhere it says nothing."""
    terminal = Console(stderr=True)
    if not (enabled and terminal.is_terminal):
        yield lambda words: None
        return
    with terminal.status("starting") as status:
        yield lambda words: status.update(words)


def parse_day(text: str) -> date:
    """An ISO date from the command line; raises :class:`UsageError`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a date; valid: YYYY-MM-DD, such as 2026-03-31") from None


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Path | date | datetime):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(inner) for inner in value]
    return value
