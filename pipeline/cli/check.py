"""``wsic check``: whether a night could run here, and safely; it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import clock
from pipeline.cli import console
from pipeline.errors import SetupError

if TYPE_CHECKING:
    from pipeline.run.readiness import Finding

NAME = "check"
EXAMPLE = console.example_of("wsic check", "wsic check --extracts data/synthetic --as-of 2026-03-31")


def command(
    extracts: Annotated[
        Path | None,
        typer.Option(help="Folder of <source>/<sender>/<date>/ extracts; WSIC_EXTRACTS if left out."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="The night, YYYY-MM-DD; today if left out.")] = None,
    as_json: console.Json = False,
) -> None:
    """Name everything that is missing or unsafe before a night: settings, zones, keys, machine, what came.

    Changes nothing and opens no record. Ends with 5 where a night would fail or be unsafe.
    """
    from pipeline.run.readiness import FAULT, GOOD, LEVELS, look_ahead

    night = console.parse_day(as_of) if as_of else clock.today()
    found = look_ahead(extracts=extracts, as_of=night)
    counts = {level: sum(one.level == level for one in found) for level in LEVELS}
    if as_json:
        console.show_json({"as_of": night, **counts, "findings": found})
    else:
        _show(found)
        typer.echo(f"{counts[FAULT]} faults, {counts['look']} to be looked at, {counts[GOOD]} good")
    if counts[FAULT]:
        raise typer.Exit(SetupError.exit_code)


def _show(found: Sequence[Finding]) -> None:
    """The worst first; what is good on one line."""
    from pipeline.run.readiness import GOOD, LEVELS

    for one in sorted(found, key=lambda finding: -LEVELS.index(finding.level)):
        typer.echo(f"{one.level:5}  {one.area}: {one.found}")
        if one.level != GOOD:
            typer.echo(f"       why:   {one.why}")
            typer.echo(f"       valid: {one.valid}")
