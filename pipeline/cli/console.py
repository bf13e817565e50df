"""How the command line speaks: tables for people, whole lines for pipes, JSON for machines."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import typer

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

_WHOLE = 100_000  # characters: no line is as long

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
    """The console of stdout. Lines are folded to a terminal's width, and left whole where none reads them."""
    return _console(sys.stdout)


def of_stderr() -> Console:
    """The console of stderr."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    is_terminal = stream.isatty()
    return Console(
        file=stream, highlight=False, emoji=False, force_terminal=is_terminal,
        color_system=colours(is_terminal=is_terminal), width=None if is_terminal else _WHOLE,
    )  # fmt: skip


def colours(*, is_terminal: bool) -> Literal["auto", "standard"] | None:
    """On a terminal, unless NO_COLOR is set or it is a dumb one; elsewhere only where FORCE_COLOR is set.

    Of both NO_COLOR holds. Set is what holds anything; FORCE_COLOR=0 is not set (no-color.org,
    force-color.org).
    """
    if os.environ.get("NO_COLOR"):
        return None
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return "standard"
    return "auto" if is_terminal and os.environ.get("TERM") != "dumb" else None


def fail(message: str) -> None:
    """One line on stderr."""
    typer.echo(f"wsic: {message}", err=True)


def show_json(value: object) -> None:
    """``value`` as indented JSON: dates in ISO form, data classes as objects, null for what is no number."""
    typer.echo(json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False))


def show_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, nothing: str) -> None:
    """Rows of like keys as a table (or JSON); the words of ``nothing`` where there are none."""
    if as_json:
        show_json(list(rows))
    elif not rows:
        typer.echo(nothing)
    else:
        from pipeline.summary.page import table

        out().print(table(rows))


def given(**options: object) -> dict[str, Any]:
    """The options that were given: what was left out is as the rules of the work have it."""
    return {name: value for name, value in options.items() if value is not None}


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
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
