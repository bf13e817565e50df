"""Withdrawing versions for good: what may not be served any more is not kept for rollback either."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.clock import now
from pipeline.ledger import Ledger
from pipeline.publish import versions
from pipeline.publish.versions import list_versions, shelf
from pipeline.settings import Settings

STEP = "withdraw_versions"


def served_at(settings: Settings, product: str) -> datetime | None:
    """When the version that is served was published; nothing where none is."""
    served = [version for version in list_versions(settings, product) if version.is_current]
    return datetime.fromtimestamp(served[0].published_at, UTC) if served else None


def withdraw(
    settings: Settings, ledger: Ledger, product: str, *, made_before: datetime, with_served: bool = False
) -> tuple[str, ...]:
    """Remove the versions of ``product`` made before a moment, database and Parquet; returns their run ids.

    The served one goes only ``with_served``: the product is then served no more until the next publish. Each
    removal is a ``step`` of the run that made the version.
    """
    place, gone = shelf(settings, product), []
    for version in list_versions(settings, product):
        is_older = datetime.fromtimestamp(version.published_at, UTC) <= made_before
        if not is_older or (version.is_current and not with_served):
            continue
        if version.is_current:
            place.current.unlink()
            (place.root / "parquet" / "current").unlink(missing_ok=True)
        versions.withdraw(place, version.run_id)
        gone.append(version.run_id)
    ledger.put("step", [_step(run_id, product) for run_id in gone])
    return tuple(gone)


def _step(run_id: str, product: str) -> dict[str, str]:
    message = "made before a person was deleted or withdrew consent"
    return {
        "run_id": run_id, "step": STEP, "subject": product, "started_at": now(), "ended_at": now(),
        "outcome": "done", "message": message,
    }  # fmt: skip
