"""``wsic report``: the page of one night, for the team that runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import complete, console
from pipeline.cli.runs import LAST, known_run
from pipeline.settings import load_settings

NAME = "report"
EXAMPLE = console.example_of("wsic report", "wsic report 20260331-001 --out night.html")


def command(
    run_id: Annotated[
        str, typer.Argument(help="A run's id, or the word last.", autocompletion=complete.runs_or_last)
    ] = LAST,
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="HTML file to write for elsewhere, without what counts people."),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Write the page of a run anew: what failed and what to do, feeds, volumes, links, metrics, timing.

    Every night leaves one in audit/reports, with exact counts. Readable by its owner only.
    """
    from pipeline.run import open_ledger, write_run_report

    settings = load_settings()
    written = write_run_report(settings, run_id=known_run(open_ledger(settings), run_id), path=out)
    if as_json:
        console.show_json(written)
    else:
        typer.echo(f"written: {written.path}, readable by you only")
        typer.echo(written.verdict)
