"""``wsic synthesise``: a make-believe health economy in the senders' own formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline import progress as told
from pipeline.cli import console, progress

NAME = "synthesise"
EXAMPLE = console.example_of("wsic synthesise --people 10000 --seed 1 --out data/synthetic")


def command(
    people: Annotated[int, typer.Option(min=1, help="How many people live in it.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write; truth lies in its truth/.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    end_date: Annotated[str, typer.Option(help="The last night, YYYY-MM-DD.")] = "2026-03-31",
    nights: Annotated[int, typer.Option(min=1, help="How many nights of extracts.")] = 1,
    years: Annotated[
        int, typer.Option(min=2, max=5, help="Years of history; a risk model split by time needs three.")
    ] = 2,
    with_ambulance: Annotated[
        bool, typer.Option("--with-ambulance", help="An ambulance trust sends too.")
    ] = False,
    as_json: console.Json = False,
) -> None:
    """Write extracts of invented people in the senders' formats, and the truth beside them."""
    from synthetic import synthesise

    end = console.parse_day(end_date)
    with progress.shown(f"inventing {people:,} people"):
        summary = synthesise(
            people, seed, out, end_date=end, nights=nights, years=years, with_ambulance=with_ambulance,
            told=told.parts,
        )  # fmt: skip
    if as_json:
        console.show_json(summary)
    else:
        typer.echo(f"{people:,} people written to {out} (seed {seed}, {nights} nights to {end})")
