"""The night in Airflow: WHEN each step runs, and what goes on when one of them fails.

Each task is one call of :mod:`pipeline.run.scheduled`; from task to task only the run's id and the words of
feeds and products are handed on. What works is imported inside the tasks, so that reading this file costs the
scheduler next to nothing. What each red task means stands in ``nightly_load.md``, which Airflow shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, TaskGroup, TriggerRule, chain, dag, task

from dags.assets import FEEDS, NIGHT_ENDED, PRODUCTS, feed_asset
from dags.house_rules import (
    BUILDING,
    DEFAULTS,
    EXCHANGE,
    LANDING,
    WHERE_LOCKED,
    WHERE_NO_ANSWER,
    notes,
    told_after,
)

PERSON_LEVEL = ("direct_care", "secondary_use")
PRODUCT_STEPS = ("pseudonymise", "build", "check_product", "publish_product")
SOURCES = ("gp", "acute", "community", "mental_health", "social_care", "ambulance")
PARAMS = {
    "extracts": Param(
        None, type=["null", "string"], minLength=1, description="Extracts folder; WSIC_EXTRACTS if empty."
    ),
    "as_of": Param(
        None, type=["null", "string"], format="date",
        description="The night; if empty, the day of the run's logical date, in London.",
    ),
    "source": Param(None, enum=[None, *SOURCES], description="Land this source only; all if empty."),
}  # fmt: skip


@task(trigger_rule=TriggerRule.ALL_SUCCESS, **WHERE_LOCKED)
def open_run(params: dict[str, Any] | None = None, logical_date: datetime | None = None) -> str:
    from pipeline.run import scheduled

    return scheduled.open_run(params or {}, logical_date)


@task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
def list_feeds(run: str) -> list[dict[str, str]]:
    from pipeline.run import scheduled

    return scheduled.list_feeds(run)


@task(
    pool=LANDING,
    outlets=[FEEDS],
    map_index_template="{{ task.op_kwargs['feed']['source'] }}/{{ task.op_kwargs['feed']['sender'] }}",
)
def land_feed(run: str, feed: dict[str, str], outlet_events: Any = None) -> None:
    from pipeline.run import scheduled

    scheduled.land_feed(run, feed)
    outlet_events[FEEDS].add(feed_asset(feed["source"], feed["sender"]), extra={"run_id": run})


@task
def step(name: str, run: str) -> None:
    from pipeline.run import scheduled

    scheduled.step(name, run)


@task(pool=BUILDING)
def product_step(name: str, run: str, product: str) -> None:
    from pipeline.run import scheduled

    scheduled.product_step(name, run, product)


@task(trigger_rule=TriggerRule.ALL_DONE, outlets=[NIGHT_ENDED])
def close_run(run: str) -> None:
    from pipeline.run import scheduled

    scheduled.close_run(run)


@task(trigger_rule=TriggerRule.ALL_DONE)
def summary(run: str) -> None:
    from pipeline.run import scheduled

    scheduled.report(run)


def _make(product: str, run: Any, after: Any) -> Any:
    """The four tasks of one person-level product, behind ``after``; returns the last, its asset's."""
    outlets = {"publish_product": [PRODUCTS[product]]}
    with TaskGroup(group_id=product):
        made = [
            product_step.override(task_id=name, outlets=outlets.get(name, []))(name, run, product)
            for name in PRODUCT_STEPS
        ]
    chain(after, *made)
    return made[-1]


@dag(
    schedule="0 3 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=PARAMS,
    deadline=told_after("nightly_load", 4),  # before the first clinics open
    doc_md=notes(__file__),
    tags=["wsic"],
)
def nightly_load() -> None:
    run: Any = open_run()  # its id, handed on between tasks
    feeds: Any = list_feeds(run)
    fetched = step.override(
        task_id="fetch", pool=EXCHANGE, execution_timeout=timedelta(hours=3), **WHERE_NO_ANSWER
    )
    fetched("fetch", run) >> feeds
    landed = land_feed.partial(run=run).expand(feed=feeds)
    some_feed = step.override(task_id="require_a_feed", trigger_rule=TriggerRule.ALL_DONE)(
        "require_a_feed", run
    )
    reference = step.override(task_id="load_reference")("load_reference", run)
    checked, linked, objections = (
        step.override(task_id=name, pool=BUILDING)(name, run)
        for name in ("check_arrivals", "link", "apply_opt_outs")
    )
    landed >> some_feed
    chain([some_feed, reference], checked, linked, objections)
    published = {product: _make(product, run, objections) for product in PERSON_LEVEL}
    opened = step.override(task_id="publish_open", pool=BUILDING, outlets=[PRODUCTS["open"]])(
        "publish_open", run
    )
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
