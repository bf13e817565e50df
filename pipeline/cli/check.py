"""``wsic check``: whether a night could run here, and safely; it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pipeline.cli import console
from pipeline.duck import TIME_ZONE
from pipeline.errors import SetupError
from pipeline.run.readiness import FAULT, GOOD, LEVELS, Finding, look_ahead

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
    night = console.parse_day(as_of) if as_of else datetime.now(ZoneInfo(TIME_ZONE)).date()
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
    for one in sorted(found, key=lambda finding: -LEVELS.index(finding.level)):
        typer.echo(f"{one.level:5}  {one.area}: {one.found}")
        if one.level != GOOD:
            typer.echo(f"       why:   {one.why}")
            typer.echo(f"       valid: {one.valid}")
