"""``wsic risk``: the model of emergency admission."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import complete, console, progress
from pipeline.errors import UsageError, one_of
from pipeline.settings import PRODUCTS, load_settings
from pipeline.zones import Zones

_SHOWN = ("auc", "ppv", "sensitivity")

app = console.group("risk", "The model of emergency admission.", "wsic risk train")


@app.command(
    "train",
    epilog=console.example_of(
        "wsic risk train --product secondary_use", "wsic risk train --variant whole_system --out review"
    ),
)
def train(
    product: Annotated[
        str, typer.Option(help="Whose warehouse to train on.", autocompletion=complete.products)
    ] = "secondary_use",
    variant: Annotated[
        str | None,
        typer.Option(
            help="Which sources it reads: hospital_gp or whole_system.",
            show_default="hospital_gp",
            autocompletion=complete.words("hospital_gp", "whole_system"),
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed by which people are split.", show_default="1")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder to write; else the seeds of the dbt project.")
    ] = None,
    as_json: console.Json = False,
) -> None:
    """Train on the warehouse that the last night built, and write the model and its card as three seeds.

    Rows of the other variant stay as the dbt project has them. Without --out the next night scores with it.
    Read the card before that. Outside production the people are invented (their numbers may be of the test
    range), so the model says synthetic and decides about nobody.
    """
    from pipeline.risk import TrainingRules, train_risk_model
    from pipeline.warehouse import dbt

    if product not in PRODUCTS:
        raise UsageError(one_of("product", product, PRODUCTS))
    settings = load_settings()
    database = Zones(settings.home).warehouse(product)
    if not database.exists():
        raise UsageError(f"no warehouse of {product} has been built yet; start with: wsic run")
    seeds = dbt.PROJECT / "seeds"
    folder = out or seeds
    trained_on = "own" if settings.is_production else "synthetic"
    rules = TrainingRules(**console.given(seed=seed, variant=variant), trained_on=trained_on)
    with progress.shown():
        trained, lines = train_risk_model(database, folder, rules, beside=seeds)
    rows = [
        {"measure": line.measure, "of": line.group_value, "people": line.people, "value": line.value}
        for line in lines
        if line.measure in _SHOWN and line.group_type == "all"
    ]
    if as_json:
        console.show_json({"path": folder, "model_version": trained.model_version, "card": rows})
        return
    typer.echo(f"{trained.model_version}: fitted on {trained.people:,} people, {trained.admitted:,} admitted")
    console.show_rows(rows, as_json=False, nothing="nobody to try it on")
    typer.echo(f"written to {folder}")
