"""A hospital that sends FHIR, as a feed of its own beside those of the deployment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.errors import InputRefusedError
from pipeline.landing import Feed, build_fhir, land_feed
from tests.identity_economy import AS_OF
from tests.planted.deployment import RUN_ID, Deployment

FEED = Feed("acute", "X04")


def extracts_of(d: Deployment) -> Path:
    """Where the hospital puts its files."""
    return d.home.parent / "sent"


def send(d: Deployment, **elements: Any) -> None:
    """A Patient file of two records: one as it should be, one with ``elements``."""
    path = extracts_of(d) / FEED.source / FEED.sender / AS_OF.isoformat() / "Patient.ndjson"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [{"id": "sound"}, {"id": "changed", **elements}]
    with path.open("a", encoding="utf-8") as file:
        for line in lines if path.stat().st_size == 0 else lines[1:]:
            file.write(json.dumps({"resourceType": "Patient", **line}) + "\n")


def land_records(d: Deployment) -> None:
    """Land what was sent; a record that was refused stops nothing, and is told of here by its rule."""
    land_feed(d.settings, d.ledger, run_id=RUN_ID, feed=FEED, extracts=extracts_of(d), as_of=AS_OF)
    build_fhir(d.settings, d.ledger, run_id=RUN_ID, feed=FEED, as_of=AS_OF)
    broken = d.ledger.query(
        "select rule_id, column_name from file_rule inner join file using (file_id) where sender = ? "
        "and severity = 'row' order by 1, 2", (FEED.sender,),
    )  # fmt: skip
    if broken:
        raise InputRefusedError("; ".join(f"{row['rule_id']} at {row['column_name']}" for row in broken))


def landed(d: Deployment) -> Path:
    """The hospital's Patient rows as they were landed."""
    return d.zones.fhir / "Patient" / f"source={FEED.source}" / f"sender={FEED.sender}" / "data.parquet"
