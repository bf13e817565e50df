"""Everybody linked from nothing by the rules of today: what that changes; taken over where asked to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule, dag, task

from dags.house_rules import BUILDING, DEFAULTS, WHERE_LOCKED, notes, told_after

PARAMS = {
    "as_of": Param(
        None, type=["null", "string"], format="date", description="The day; of the last linking if empty."
    ),
    "take": Param(False, type="boolean", description="Take the new links over; else nothing is changed."),
    "at_most_percent": Param(
        1.0, type="number", minimum=0, maximum=100,
        description="Taken over only where no more of the people change.",
    ),
}  # fmt: skip


@task(pool=BUILDING, **WHERE_LOCKED)
def rehearse(params: dict[str, Any] | None = None) -> dict[str, int]:
    from pipeline.run import scheduled

    return scheduled.relink(params or {}, take=False)


@task.short_circuit
def asked_to(params: dict[str, Any] | None = None) -> bool:
    """Whether this run may take the new links over."""
    return bool((params or {}).get("take"))


@task(pool=BUILDING, trigger_rule=TriggerRule.ALL_SUCCESS, **WHERE_LOCKED)
def take_over(params: dict[str, Any] | None = None) -> dict[str, int]:
    from pipeline.run import scheduled

    return scheduled.relink(params or {}, take=True)


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={**DEFAULTS, "execution_timeout": timedelta(hours=3)},
    params=PARAMS,
    deadline=told_after("relink_population", 6),
    doc_md=notes(__file__),
    tags=["wsic"],
)
def relink_population() -> None:
    rehearse() >> asked_to() >> take_over()


relink_population()
