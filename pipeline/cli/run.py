"""``wsic run``: the whole nightly load, without Airflow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import complete, console, progress
from pipeline.settings import load_settings

NAME = "run"
EXAMPLE = console.example_of("wsic run --extracts data/synthetic --as-of 2026-03-31")


def command(
    extracts: Annotated[Path, typer.Option(help="Folder of <source>/<sender>/<date>/ extracts.")],
    as_of: Annotated[str, typer.Option(help="The night to load, YYYY-MM-DD; later extracts are left alone.")],
    source: Annotated[
        str | None,
        typer.Option(
            help="Land this source only; the others keep their state.", autocompletion=complete.sources
        ),
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Load, link, build, check and publish one night; loading it again changes nothing."""
    from pipeline.run import run_nightly
    from pipeline.summary import render, summarise

    settings, night = load_settings(), console.parse_day(as_of)
    with progress.shown():
        run_id, outcome = run_nightly(settings, extracts=extracts, as_of=night, source=source)
    summary = summarise(settings, run_id)
    if as_json:
        console.show_json(summary)
        for reason in outcome.reasons:
            console.fail(reason)
    else:
        render(summary, console.out())
    raise typer.Exit(outcome.exit_code)
