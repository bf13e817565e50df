"""The night in Airflow: WHEN each step runs, and what goes on when one of them fails.

Each task is one call of :mod:`pipeline.run.scheduled`; from task to task only the run's id and
the words of feeds and products are handed on. What works is imported inside the tasks, so that
reading this file costs the scheduler next to nothing.

- A FHIR server, mailbox or store that fails is red and stops nobody: what came before is landed.
- A feed that fails is red and stops nobody else; with no feed at all nothing goes on.
- The two person-level products do not wait for each other.
- ``close_run`` always runs and gives the lock back; ``summary`` is red unless all was published,
  and so is the DAG run.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, TaskGroup, TriggerRule, chain, dag, task

PRODUCTS = ("direct_care", "secondary_use")
PRODUCT_STEPS = ("pseudonymise", "build", "check_product", "publish_product")
PARAMS = {
    "extracts": Param(None, type=["null", "string"], description="Extracts folder; WSIC_EXTRACTS if empty."),
    "as_of": Param(None, type=["null", "string"], format="date", description="Night; today if empty."),
    "source": Param(None, type=["null", "string"], description="Land this source only; all if empty."),
}


@task
def open_run(params: dict[str, Any] | None = None) -> str:
    from pipeline.run import scheduled

    return scheduled.open_run(params or {})


@task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
def list_feeds(run: str) -> list[dict[str, str]]:
    from pipeline.run import scheduled

    return scheduled.list_feeds(run)


@task(map_index_template="{{ task.op_kwargs['feed']['source'] }}/{{ task.op_kwargs['feed']['sender'] }}")
def land_feed(run: str, feed: dict[str, str]) -> None:
    from pipeline.run import scheduled

    scheduled.land_feed(run, feed)


@task
def step(name: str, run: str) -> None:
    from pipeline.run import scheduled

    scheduled.step(name, run)


@task
def product_step(name: str, run: str, product: str) -> None:
    from pipeline.run import scheduled

    scheduled.product_step(name, run, product)


@task(trigger_rule=TriggerRule.ALL_DONE)
def close_run(run: str) -> None:
    from pipeline.run import scheduled

    scheduled.close_run(run)


@task(trigger_rule=TriggerRule.ALL_DONE)
def summary(run: str) -> None:
    from pipeline.run import scheduled

    scheduled.report(run)


def _make(product: str, run: Any, after: Any) -> Any:
    """The four tasks of one person-level product, behind ``after``; returns the last."""
    with TaskGroup(group_id=product):
        made = [product_step.override(task_id=name)(name, run, product) for name in PRODUCT_STEPS]
    chain(after, *made)
    return made[-1]


@dag(
    schedule="0 3 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 0, "execution_timeout": timedelta(hours=6)},
    params=PARAMS,
    doc_md=__doc__,
    tags=["wsic"],
)
def nightly_load() -> None:
    run: Any = open_run()  # its id, handed on between tasks
    feeds: Any = list_feeds(run)
    step.override(task_id="fetch")("fetch", run) >> feeds
    landed = land_feed.partial(run=run).expand(feed=feeds)
    some_feed = step.override(task_id="require_a_feed", trigger_rule=TriggerRule.ALL_DONE)(
        "require_a_feed", run
    )
    reference = step.override(task_id="load_reference")("load_reference", run)
    checked, linked, objections = (
        step.override(task_id=name)(name, run) for name in ("check_arrivals", "link", "apply_opt_outs")
    )
    landed >> some_feed
    chain([some_feed, reference], checked, linked, objections)
    published = {product: _make(product, run, objections) for product in PRODUCTS}
    opened = step.override(task_id="publish_open")("publish_open", run)
    published["secondary_use"] >> opened
    reported = step.override(task_id="report_linkage", trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)(
        "report_linkage", run
    )
    list(published.values()) >> reported
    governed = step.override(task_id="report_governance", trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)(
        "report_governance", run
    )
    [*published.values(), reported, opened] >> governed
    # Everything before it is named, so that the lock is never given back while a task still works.
    closed = close_run(run)
    [landed, reference, *published.values(), reported, opened, governed] >> closed >> summary(run)


nightly_load()
