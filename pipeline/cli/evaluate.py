"""``wsic evaluate``: did an intervention work, by matched people, before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import complete, console, progress
from pipeline.settings import load_settings

NAME = "evaluate"
EXAMPLE = console.example_of(
    "wsic evaluate --product secondary_use --interventions rota.csv --out evaluation"
)


def command(
    interventions: Annotated[
        Path, typer.Option(help="CSV file of person_key, intervention_id and started_on (YYYY-MM-DD).")
    ],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write, for its owner only.")],
    product: Annotated[
        str, typer.Option(help="The product that the pseudonyms are of.", autocompletion=complete.products)
    ] = "secondary_use",
    days: Annotated[
        int | None, typer.Option(min=28, max=1096, help="Days before, and after.", show_default="365")
    ] = None,
    ratio: Annotated[
        int | None, typer.Option(min=1, max=5, help="People to compare with for each.", show_default="1")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the bootstrap.", show_default="1")] = None,
    as_json: console.Json = False,
) -> None:
    """Compare people who got an intervention with people like them, and write tables and a page.

    The list names people by their pseudonym of the product; the version that is served is read. Nothing is
    said of fewer than 20 people, and nothing that is written holds a person.
    """
    from pipeline.evaluation import EvaluationRules, evaluate

    rules = EvaluationRules(**console.given(days=days, ratio=ratio, seed=seed))
    with progress.shown():
        found = evaluate(load_settings(), interventions, out, rules, product=product)
    if as_json:
        console.show_json({"path": out, "interventions": found})
        return
    rows = [
        {
            "intervention": one.intervention_id, "matched": one.flow.get("matched"), "alike": one.is_balanced,
            "outcome": effect.outcome, "rate ratio after": effect.value,
            "low": effect.low, "high": effect.high,
        }
        for one in found
        for effect in one.effects
        if effect.measure == "rate_ratio_after"
    ]  # fmt: skip
    console.show_rows(rows, as_json=False, nothing="too few people were matched to be spoken of")
    typer.echo(f"written to {out}")
