"""After every night: what is served becomes the snapshot of its month, where the month has none yet.

It waits for the end of a night and not for the first of the month, so that a first night that published
nothing is made up for by the second.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import Param, dag, task

from dags.assets import MONTHLY_SNAPSHOT, NIGHT_ENDED
from dags.house_rules import DEFAULTS, WHERE_LOCKED, notes

PARAMS = {
    "again": Param(
        False, type="boolean",
        description="What is served takes the place of the snapshot that its month has.",
    ),
}  # fmt: skip


@task.short_circuit(task_id="keep", **WHERE_LOCKED)
def keep(params: dict[str, Any] | None = None) -> list[str]:
    from pipeline.run import scheduled

    return scheduled.keep_snapshots(params or {})


@task(outlets=[MONTHLY_SNAPSHOT])
def announce(products: list[str]) -> None:
    """Reached only on the night that made one: what waits for the month's snapshot begins."""


@dag(
    schedule=[NIGHT_ENDED],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=PARAMS,
    doc_md=notes(__file__),
    tags=["wsic"],
)
def monthly_snapshot() -> None:
    kept: Any = keep()
    announce(kept)


monthly_snapshot()
