"""The national opt-out check by day: the question out, the answer in, and whether the reply in use holds.

Independent of the night, whose lock it shares for as long as the question is written and the reply applied.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import Param, TriggerRule, chain, dag, task

from dags.assets import OPT_OUT_REPLY
from dags.house_rules import DEFAULTS, EXCHANGE, WHERE_LOCKED, WHERE_NO_ANSWER, notes, told_after

PARAMS = {
    "as_of": Param(
        None, type=["null", "string"], format="date",
        description="The day to check for; if empty, that of the run's logical date, in London.",
    ),
    "ask_now": Param(False, type="boolean", description="Ask again, even where it is not yet due."),
}  # fmt: skip


@task(pool=EXCHANGE, **WHERE_NO_ANSWER)
def ask(params: dict[str, Any] | None = None, logical_date: datetime | None = None) -> bool:
    from pipeline.run import scheduled

    return scheduled.ask_opt_outs(params or {}, logical_date)


@task(pool=EXCHANGE, trigger_rule=TriggerRule.ALL_DONE, **WHERE_NO_ANSWER)
def collect(params: dict[str, Any] | None = None, logical_date: datetime | None = None) -> int:
    from pipeline.run import scheduled

    return scheduled.collect_opt_outs(params or {}, logical_date)


@task(trigger_rule=TriggerRule.ALL_DONE, outlets=[OPT_OUT_REPLY], **WHERE_LOCKED)
def apply(params: dict[str, Any] | None = None, logical_date: datetime | None = None) -> None:
    from pipeline.run import scheduled

    scheduled.apply_opt_outs(params or {}, logical_date)


@task
def all_went_well() -> None:
    """Red with any of the others, and the DAG run with it: each goes on whatever the one before did."""


@dag(
    schedule="0 13 * * *",  # ten hours after the night, and with time left in the working day
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=PARAMS,
    deadline=told_after("opt_out_check", 4),
    doc_md=notes(__file__),
    tags=["wsic"],
)
def opt_out_check() -> None:
    steps = [ask(), collect(), apply()]
    chain(*steps)
    steps >> all_went_well()


opt_out_check()
