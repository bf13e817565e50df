"""Faults in tables of a person-level product that are marked for disclosure control."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import numpy as np
import pytest

from pipeline import checks, controlled
from pipeline.controlled.words import META
from pipeline.publish import release
from pipeline.publish.public import manifest_path
from tests.marked_tables import COST_WORDS, COSTS, COSTS_SQL
from tests.planted.damage import served
from tests.planted.deployment import PRODUCT, RUN_ID, Deployment
from tests.planted.fault import Fault, Plant

Patch = pytest.MonkeyPatch
_PUBLISH: dict[str, Any] = {"step": "publish_product", "alone": True}


def _mark(d: Deployment, table: str, words: dict[str, Any]) -> None:
    """What dbt would leave of a public model that says this of itself."""
    path = manifest_path(d.zones, PRODUCT)
    manifest = json.loads(path.read_text("utf-8"))
    schema, _, name = table.partition(".")
    node = {"resource_type": "model", "schema": schema, "name": name, "alias": name, "access": "public"}
    manifest["nodes"][f"model.wsic.{table}"] = {**node, "config": {"meta": {META: words}}}
    path.write_text(json.dumps(manifest), "utf-8")


def _without_words(d: Deployment, _: Patch) -> None:
    _mark(d, "quality.k_anonymity", {"products": [PRODUCT]})


def _costs(d: Deployment, *statements: str) -> None:
    """A marked table of costs by area that went through the checks of the warehouse."""
    d.change(COSTS_SQL, *statements)
    checks.mark_checked(d.warehouse, RUN_ID)
    _mark(d, COSTS, {**COST_WORDS, "products": [PRODUCT]})


def _counted_twice(d: Deployment, _: Patch) -> None:
    _costs(d, f"insert into {COSTS} select * replace (people + 90 as people) from {COSTS} limit 1")


def _shown(statement: str) -> Plant:
    """Somebody with a hand on the version, once its tables were controlled."""

    def plant(d: Deployment, patch: Patch) -> None:
        _costs(d)
        real = release.controlled.control

        def control(connection: Any, *args: Any, **kwargs: Any) -> None:
            real(connection, *args, **kwargs)
            connection.execute(f"use {kwargs['name']}")
            connection.execute(statement)
            connection.execute("use memory")

        patch.setattr(release.controlled, "control", control)

    return plant


def _only_small_ones(d: Deployment, patch: Patch) -> None:
    _costs(d)
    patch.setattr(
        "pipeline.controlled.show.withhold", lambda cells, kept, figure: np.asarray(cells.sensitive | kept)
    )


def _can_be_subtracted(d: Deployment) -> bool:
    """Of what is served a suppressed figure can be worked out: so says the attack, whoever listens to it."""
    if not served()(d):
        return False
    version = (d.zones.published(PRODUCT) / "current.duckdb").resolve()
    marked = release.marked_tables(d.settings, PRODUCT)
    with duckdb.connect() as connection:
        found = controlled.findings(connection, d.warehouse, version, marked, [])
    return any(row["is_recoverable"] for row in found.to_pylist())


AT_MARKED = (
    Fault(
        name="a table marked without the words that control needs", gate="controlled.words",
        says="quality.k_anonymity is marked .* of_the_night", plant=_without_words, **_PUBLISH,
        damage=served("quality.k_anonymity"),
    ),
    Fault(
        name="a marked table that counts one place in two ways", gate="controlled.words",
        says="rows of one place count differently: people", plant=_counted_twice, **_PUBLISH,
        damage=served(f"{COSTS} where people between 1 and 7"),
    ),
    Fault(
        name="a suppressed count of a marked table published", gate="marked: published.controlled",
        says=r"published\.controlled\.small_counts_suppressed: .* people in 2025-26 acute borough E2",
        plant=_shown(f"update {COSTS} set people = 5 where area_code = 'E2' and setting = 'acute'"),
        damage=served(f"{COSTS} where people = 5"), **_PUBLISH,
    ),
    Fault(
        name="money that is mostly one person's in a marked table", gate="marked: published.controlled",
        says=r"published\.controlled\.small_counts_suppressed: .* cost_gbp in 2025-26 acute borough E1",
        plant=_shown(f"update {COSTS} set cost_gbp = 9000 where area_code = 'E1' and setting = 'acute'"),
        damage=served(f"{COSTS} where cost_gbp = 9000 and area_code = 'E1'"), **_PUBLISH,
    ),
    Fault(
        name="a total left in a marked table", gate="marked: published.controlled",
        says=r"published\.controlled\.not_recoverable: .* cost_gbp in 2025-26 acute borough E1",
        plant=_only_small_ones, damage=_can_be_subtracted, **_PUBLISH,
    ),
)  # fmt: skip
