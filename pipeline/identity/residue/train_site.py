"""A model trained on a home's own landed records: the site's, or (from a synthetic economy) the repo's."""

from __future__ import annotations

import json
import os
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline import progress
from pipeline.duck import values_hidden
from pipeline.identity.residue.model import site_model_path
from pipeline.identity.residue.train import Training, TrainingRules, train
from pipeline.identity.standardise import standardise
from pipeline.identity.trace import build_index
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.settings import Settings
from pipeline.zones import Zones

_INDEX = """
create or replace temp view record_of_number as from identity_record where traceable_number is not null
"""


def train_site_model(
    settings: Settings,
    as_of: date,
    *,
    rules: TrainingRules | None = None,
    out: Path | None = None,
    trained_on: str = "the site's own records",
) -> tuple[Path, Training]:
    """Train on what landed under ``settings.home`` and write the model, with its account beside it.

    Without ``out`` the model goes to the identity zone, where the next night finds it; every pair is then
    scored anew. Returns the model's path and what it was trained on.
    """
    rules = rules or TrainingRules()
    with (
        open_vault(settings, load_keys(settings)) as connection,
        values_hidden("training the residue's model"),
    ):
        progress.step("standardising", number=1, of=3)
        standardise(connection, settings, as_of)
        progress.step("indexing", number=2, of=3)
        connection.execute(_INDEX)
        build_index(connection)
        connection.execute("create or replace temp view person_index as from index_built")
        progress.step("training", number=3, of=3)
        training = train(connection, rules)
    path = out or site_model_path(Zones(settings.home).identity)
    _write(path, training.model)
    _write(path.with_suffix(".training.json"), _account(training, rules, as_of, trained_on))
    return path, training


def _account(training: Training, rules: TrainingRules, as_of: date, trained_on: str) -> dict[str, Any]:
    """How the model came about: counts and settings, nothing of any person."""
    return {
        "version": training.model["version"],
        "trained_on": trained_on,
        "as_of": as_of.isoformat(),
        "splink": version("splink"),
        "duckdb": version("duckdb"),
        "population": rules.population,
        "practices": rules.practices,
        "seed": rules.seed,
        "random_pairs": rules.random_pairs,
        "labels": training.labels,
        "number_labels": training.number_labels,
        "index_people": training.index_people,
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write JSON whole or not at all, readable by the owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.touch(mode=0o600)
        fresh.write_text(
            json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
