"""``wsic link train``: a model of the residue's linkage, trained on this home's own landed records."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import console, progress
from pipeline.settings import load_settings

EXAMPLE = console.example_of("wsic link train --as-of 2026-03-31 --population 2400000 --practices 350")


def command(
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the registrations.")],
    population: Annotated[
        int | None,
        typer.Option(min=1000, help="People of the system it will serve.", show_default="2400000"),
    ] = None,
    practices: Annotated[
        int | None, typer.Option(min=2, help="Practices of that system.", show_default="350")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the pairs drawn at random.", show_default="1")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File to write; else the identity zone.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Train the model that links what the national trace leaves, from landed records that label themselves.

    Without --out the next night uses it. It lists names that several people have: keep it in the zone.
    """
    from pipeline.identity.residue import TrainingRules, train_site_model

    rules = TrainingRules(**console.given(population=population, practices=practices, seed=seed))
    with progress.shown():
        path, training = train_site_model(load_settings(), as_of.date(), rules=rules, out=out)
    found = {
        "labels": training.labels,
        "number_labels": training.number_labels,
        "people": training.index_people,
    }
    if as_json:
        console.show_json({"path": path, **found})
        return
    typer.echo(f"trained on {training.labels:,} records of {training.index_people:,} people: {path}")
