"""Nights on the stack that runs: made up for, with a sender's machine, and with what dies under them.

They go on from one another: two past nights, of which the first loses a worker; today's, under which the
scheduler is killed; and what waited for them.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
from datetime import timedelta
from typing import Any

import pytest

from tests.compose.a_sender import SENDER, SOURCE, connect_sender
from tests.compose.dag_runs import API, DagRun, asked, at, most_at_once, pause, runs, trigger
from tests.compose.stack import FIRST_NIGHT, LATE_HOURS, TODAY, Stack, say, wait_until

PAST = [FIRST_NIGHT + timedelta(days=1), FIRST_NIGHT + timedelta(days=2)]
POOLS = {"wsic_landing": 2, "wsic_building": 2, "wsic_exchange": 1}
LOST = "secondary_use.build"  # whose worker is killed in the first of the past nights


@pytest.fixture(scope="module")
def past(stack: Stack) -> list[DagRun]:
    """The past nights, made up for as docs/airflow.md says; one of them lost a worker."""
    if made := _backfilled(stack):  # in a stack that an earlier test left
        return made
    begun = stack.inside(
        "scheduler", "airflow", "backfill", "create", "--dag-id", "nightly_load",
        "--from-date", str(PAST[0]), "--to-date", str(PAST[-1] + timedelta(days=1)), "--max-active-runs", "1",
    )  # fmt: skip
    pause(stack, "nightly_load", is_paused=False)
    made = _backfilled(stack)
    assert len(made) == len(PAST), begun[-2000:]
    made[0].wait_for(LOST, lambda task: task["state"] == "running" and bool(task["pid"]), seconds=900)
    stack.inside("scheduler", "sh", "-c", f"kill -9 {int(made[0].task(LOST)['pid'])}")
    for run in made:
        run.wait(1500)
    return made


@pytest.fixture(scope="module")
def tonight(stack: Stack, past: list[DagRun]) -> dict[str, Any]:
    """Today's night, and a relinking that finds its lock taken; the scheduler was killed under it."""
    if begun := [run for run in runs(stack, "nightly_load") if run.told()["conf"] == {"as_of": str(TODAY)}]:
        relinking = [run for run in runs(stack, "relink_population") if run.told()["conf"] == {}]
        return {"night": begun[-1], "relinking": relinking[-1]}  # in a stack that an earlier test left
    connect_sender(stack)
    night = trigger(stack, "nightly_load", as_of=str(TODAY))
    night.wait_for("open_run", lambda task: task["state"] == "success", seconds=300)
    pause(stack, "relink_population", is_paused=False)
    relinking = trigger(stack, "relink_population")
    night.wait_for("land_feed", lambda task: task["state"] == "running", seconds=300)
    before = stack.container("scheduler")
    os.kill(before["State"]["Pid"], signal.SIGKILL)  # all that is in the container dies with it
    came_back = wait_until("healthy", lambda: _lives_again(stack, before), seconds=300)
    say(f"the scheduler was healthy again after {came_back:.0f} seconds")
    night.wait(1800)
    return {"night": night, "relinking": relinking}


def _backfilled(stack: Stack) -> list[DagRun]:
    return [run for run in runs(stack, "nightly_load") if run.run_id.startswith("backfill")]


def _lives_again(stack: Stack, before: dict[str, Any]) -> bool:
    now = stack.container("scheduler")["State"]
    return now["StartedAt"] != before["State"]["StartedAt"] and stack.is_healthy("scheduler")


def _published(stack: Stack) -> dict[str, str]:
    """Product -> the run that made what is being served."""
    said = json.loads(stack.inside("scheduler", "wsic", "publish", "list", "--json"))
    return {one["product"]: one["run_id"] for one in said if one["served"]}


def _as_of(stack: Stack, night: DagRun) -> str:
    told = json.loads(stack.inside("scheduler", "wsic", "runs", night.handed_on("open_run"), "--json"))
    return str(told["run"]["as_of"])


def test_past_nights_are_made_up_for_one_after_the_other_the_oldest_first(
    stack: Stack, past: list[DagRun]
) -> None:
    assert [_as_of(stack, night) for night in past] == [str(day) for day in PAST]
    first, second = (night.told() for night in past)
    assert at(first["end_date"]) <= at(second["start_date"])
    assert second["state"] == "success", past[1].states()
    run = past[1].handed_on("open_run")
    assert {product: made_by for product, made_by in _published(stack).items() if made_by == run}.keys() >= {
        "direct_care", "secondary_use", "open"
    }  # fmt: skip


def test_a_night_that_lost_a_worker_is_red_there_and_gives_the_lock_back(past: list[DagRun]) -> None:
    night = past[0]
    assert night.state() == "failed"
    assert [one["state"] for one in night.tries(LOST)] == ["failed"]
    states = {task: state for task, state in night.states().items() if state != "success"}
    expected = {"secondary_use.check_product", "secondary_use.publish_product", "publish_open"}
    assert {task for task, state in states.items() if state == "upstream_failed"} == {
        f"{task}[-1]" for task in expected
    }
    assert {task for task, state in states.items() if state == "failed"} == {f"{LOST}[-1]", "summary[-1]"}
    assert night.task("direct_care.publish_product")["state"] == "success"
    assert night.task("close_run")["state"] == "success"


def test_a_scheduler_that_is_killed_in_the_night_goes_on_with_it(
    stack: Stack, tonight: dict[str, Any]
) -> None:
    night: DagRun = tonight["night"]
    assert night.state() == "success", night.states()
    assert set(night.states().values()) == {"success"}
    run = night.handed_on("open_run")
    assert {product for product, made_by in _published(stack).items() if made_by == run} == {
        "direct_care", "secondary_use", "open"
    }  # fmt: skip


def test_a_sender_s_credential_is_found_in_the_secrets_back_end_and_its_machine_fetched_from(
    stack: Stack, tonight: dict[str, Any]
) -> None:
    run = tonight["night"].handed_on("open_run")
    feeds = json.loads(stack.inside("scheduler", "wsic", "runs", run, "--json"))["feeds"]
    (fetched,) = [feed for feed in feeds if (feed["source"], feed["sender"]) == (SOURCE, SENDER)]
    assert (fetched["outcome"], fetched["landed"]) == ("landed", 3)


def test_no_more_work_at_once_than_the_pools_have_slots(past: list[DagRun], tonight: dict[str, Any]) -> None:
    nights = [past[1], tonight["night"]]
    for pool, slots in POOLS.items():
        found = [most_at_once(one for one in night.tasks() if one["pool"] == pool) for night in nights]
        assert max(found) == slots, (pool, found)


def test_who_finds_the_lock_taken_waits_and_is_served(tonight: dict[str, Any]) -> None:
    relinking: DagRun = tonight["relinking"]
    assert relinking.wait(1200) == "success", relinking.states()
    tries = relinking.tries("rehearse")
    assert [one["state"] for one in tries] == ["failed"] * (len(tries) - 1) + ["success"]
    assert len(tries) > 1
    for place, (before, after) in enumerate(itertools.pairwise(tries)):
        waited = (at(after["start_date"]) - at(before["end_date"])).total_seconds()
        assert waited >= 120 * 2**place, waited
    assert "RunLockedError" in relinking.log("rehearse")
    assert relinking.task("take_over")["state"] == "skipped"


def test_somebody_is_told_that_a_run_is_late(stack: Stack, tonight: dict[str, Any]) -> None:
    said = stack.inside(
        "scheduler", "grep", "-rhoE", 'relink_population is not at its end [^"]*', "/var/log/airflow"
    )
    assert f"{LATE_HOURS:g} hours after it was queued; working on: " in said
    assert re.search(r"working on: \d{8}-\d{3} \w+", said), said


def test_another_team_s_dag_begins_by_itself_when_a_product_is_served(
    stack: Stack, past: list[DagRun], tonight: dict[str, Any]
) -> None:
    published = [tonight["night"].run_id, past[1].run_id]
    _told_of(stack, "after_secondary_use", "x-wsic://product/secondary_use", published)
    # It referred to a feed that had never landed when its file was read.
    _told_of(stack, "after_a_feed", "x-wsic://feed/gp/YGE01", [*published, past[0].run_id])


def _told_of(stack: Stack, dag_id: str, uri: str, by: list[str]) -> None:
    made = runs(stack, dag_id)
    assert made and {run.wait(120) for run in made} == {"success"}
    told = [event for run in made for event in run.handed_on("told")]
    assert {(event["uri"], event["by"]) for event in told} == {(uri, "nightly_load")}
    assert all(set(event["extra"]) <= {"run_id", "from_asset_alias"} for event in told)
    caused = {
        event["source_run_id"]
        for run in made
        for event in asked(stack, f"{run.place}/upstreamAssetEvents")["asset_events"]
    }
    assert set(by) <= caused


def test_the_month_has_its_snapshot_after_the_first_night_that_was_published(
    stack: Stack, tonight: dict[str, Any]
) -> None:
    by_itself = [run for run in runs(stack, "monthly_snapshot") if run.run_id.startswith("asset")]
    assert by_itself and {run.wait(600) for run in by_itself} == {"success"}
    announced = [run.task("announce")["state"] for run in by_itself]
    assert announced.count("success") <= 1 and set(announced) <= {"success", "skipped"}
    kept = stack.inside("scheduler", "sh", "-c", "ls /srv/wsic/published/*/snapshots")
    assert f"{TODAY:%Y-%m}.duckdb" in kept


def test_every_feed_that_landed_has_an_asset_with_events(stack: Stack, tonight: dict[str, Any]) -> None:
    night: DagRun = tonight["night"]
    landed = {f"x-wsic://feed/{one['source']}/{one['sender']}" for one in night.handed_on("list_feeds")}
    events = asked(
        stack, f"{API}/assets/events?limit=500&source_dag_id=nightly_load&source_task_id=land_feed"
    )["asset_events"]
    assert {one["uri"] for one in events if one["source_run_id"] == night.run_id} == landed
    assert f"x-wsic://feed/{SOURCE}/{SENDER}" in landed
