"""What is kept longer than the retention schedule says: listed every week, destroyed only where asked to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import Param, TriggerRule, dag, task

from dags.house_rules import DEFAULTS, WHERE_LOCKED, notes, told_after

PARAMS = {
    "destroy": Param(
        False, type="boolean",
        description="Destroy what `plan` found; it cannot be undone. Otherwise nothing is changed.",
    ),
}  # fmt: skip


@task
def plan(params: dict[str, Any] | None = None) -> dict[str, int]:
    from pipeline.run import scheduled

    return scheduled.plan_retention(params or {})


@task.short_circuit
def asked_to(found: dict[str, int], params: dict[str, Any] | None = None) -> bool:
    """Whether there is anything over its term, and whether this run may destroy it."""
    return bool((params or {}).get("destroy")) and any(found.values())


@task(trigger_rule=TriggerRule.ALL_SUCCESS, **WHERE_LOCKED)
def destroy() -> dict[str, int]:
    from pipeline.run import scheduled

    return scheduled.destroy_over()


@dag(
    schedule="0 12 * * 0",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=PARAMS,
    deadline=told_after("retention", 6),
    doc_md=notes(__file__),
    tags=["wsic"],
)
def retention() -> None:
    found: Any = plan()
    asked_to(found) >> destroy()


retention()
