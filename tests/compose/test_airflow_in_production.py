"""What docs/airflow.md promises of DAGs and tasks, of the stack that runs; none of it needs a night."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.compose.dag_runs import API, DAGS, DagRun, ask_for, asked, at, most_at_once, pause, runs, trigger
from tests.compose.stack import ROOT, Stack, wait_until

POOLS = json.loads((ROOT / "dags" / "pools.json").read_text(encoding="utf-8"))
# The first task, which refuses a param that the DAG does not have, and one that there is.
FIRST = {
    "nightly_load": ("open_run", {"as_of": "2026-03-31"}),
    "opt_out_check": ("ask", {"ask_now": False}),
    "monthly_snapshot": ("keep", {"again": False}),
    "retention": ("plan", {"destroy": True}),
    "relink_population": ("rehearse", {"take": True}),
}
REFUSED = [
    ("nightly_load", {"as_of": "31.03.2026"}),
    ("nightly_load", {"source": "dentist"}),
    ("nightly_load", {"extracts": ""}),
    ("opt_out_check", {"ask_now": "yes"}),
    ("monthly_snapshot", {"again": 1}),
    ("retention", {"destroy": "true"}),
    ("relink_population", {"at_most_percent": 101}),
    ("relink_population", {"take": None}),
]


@pytest.fixture(scope="module")
def ruled(stack: Stack) -> DagRun:
    """Tasks that go wrong in each way, under the house rules; over when it is handed on."""
    wait_until(
        "the planted DAG is read",
        lambda: stack.ask(f"{API}/dags/house_rules_in_force", user="engineer")[0] == 200,
        seconds=300,
    )
    run = trigger(stack, "house_rules_in_force")
    assert run.wait(300) == "failed"
    return run


def test_every_dag_is_there_and_none_is_in_error(stack: Stack) -> None:
    found = {dag["dag_id"] for dag in asked(stack, f"{API}/dags?tags=wsic")["dags"]}
    assert found == set(DAGS)
    assert asked(stack, f"{API}/importErrors")["total_entries"] == 0


@pytest.mark.parametrize("dag_id", DAGS)
def test_each_is_shown_with_its_page_and_described_params(stack: Stack, dag_id: str) -> None:
    told = asked(stack, f"{API}/dags/{dag_id}/details")
    assert told["doc_md"] == (ROOT / "dags" / f"{dag_id}.md").read_text(encoding="utf-8").strip()
    assert told["max_active_runs"] == 1 and not told["catchup"] and told["dag_run_timeout"] is None
    assert told["params"] and all(
        param["description"] and {"type", "enum"} & set(param["schema"]) for param in told["params"].values()
    )


def test_the_pools_have_the_slots_of_their_file(stack: Stack) -> None:
    slots = {pool["name"]: pool["slots"] for pool in asked(stack, f"{API}/pools")["pools"]}
    del slots["default_pool"]
    assert slots == {name: pool["slots"] for name, pool in POOLS.items()}


@pytest.mark.parametrize("dag_id", DAGS)
def test_every_task_has_its_time_and_a_pool_that_there_is(stack: Stack, dag_id: str) -> None:
    tasks = asked(stack, f"{API}/dags/{dag_id}/tasks")["tasks"]
    assert {task["pool"] for task in tasks} <= {*POOLS, "default_pool"}
    for task in tasks:
        time = task["execution_timeout"]
        assert time and 0 < time["days"] * 86400 + time["seconds"] <= 3 * 3600, task["task_id"]


@pytest.mark.parametrize(("dag_id", "conf"), REFUSED, ids=[f"{dag}-{conf}" for dag, conf in REFUSED])
def test_a_value_that_the_schema_does_not_take_is_refused_at_the_door(
    stack: Stack, dag_id: str, conf: dict[str, Any]
) -> None:
    before = len(runs(stack, dag_id))
    status, answer = ask_for(stack, dag_id, conf)
    assert (status, f"Invalid input for param {next(iter(conf))}" in answer) == (400, True), answer
    assert len(runs(stack, dag_id)) == before


def test_a_name_that_the_dag_does_not_have_is_refused_by_its_first_task(stack: Stack) -> None:
    """Airflow lets it through. Once, and not five times; and nothing was begun that would have to end."""
    opened = stack.inside("scheduler", "wsic", "runs", "--json")
    served = stack.inside("scheduler", "wsic", "publish", "list")
    asked_for = {
        dag_id: trigger(stack, dag_id, logical_date=_due(stack, dag_id), **conf, as_off="x")
        for dag_id, (_, conf) in FIRST.items()
    }
    for dag_id in asked_for:
        pause(stack, dag_id, is_paused=False)
    for dag_id, run in asked_for.items():
        first, _ = FIRST[dag_id]
        assert run.wait(600) == "failed", run.states()
        tries = run.tries(first)
        assert [one["state"] for one in tries] == ["failed"], first
        assert f"{dag_id} has no param as_off; valid: " in run.log(first)
        assert run.task(first)["max_tries"] == (5 if first != "plan" else 0)
    assert asked_for["retention"].task("destroy")["state"] == "upstream_failed"
    assert asked_for["relink_population"].task("take_over")["state"] == "upstream_failed"
    assert stack.inside("scheduler", "wsic", "runs", "--json") == opened
    assert stack.inside("scheduler", "wsic", "publish", "list") == served


def _due(stack: Stack, dag_id: str) -> str | None:
    """The logical date that the scheduler would begin with: then it begins no run of its own."""
    due = asked(stack, f"{API}/dags/{dag_id}/details")["next_dagrun_logical_date"]
    return due if due and at(due) < datetime.now(UTC) else None


def test_what_may_go_well_later_is_tried_again_with_waits_that_double(ruled: DagRun) -> None:
    tries = ruled.tries("answers_at_the_third_try")
    assert [one["state"] for one in tries] == ["failed", "failed", "success"]
    waits = [
        (at(after["start_date"]) - at(before["end_date"])).total_seconds()
        for before, after in itertools.pairwise(tries)
    ]
    # Airflow adds up to as much again, and the scheduler looks every few seconds.
    assert waits[0] >= 4 and waits[1] >= 8, waits
    assert [one["state"] for one in ruled.tries("finds_the_lock_free_at_the_second_try")] == [
        "failed",
        "success",
    ]


@pytest.mark.parametrize("task_id", ["is_refused", "fails_on_its_data"])
def test_what_would_fail_again_is_not(ruled: DagRun, task_id: str) -> None:
    assert [one["state"] for one in ruled.tries(task_id)] == ["failed"]
    assert ruled.task(task_id)["max_tries"] == 5


def test_a_task_that_takes_too_long_is_ended(ruled: DagRun) -> None:
    task = ruled.task("takes_too_long")
    assert task["state"] == "failed" and 5 <= task["duration"] < 60
    assert "AirflowTaskTimeout" in ruled.log("takes_too_long")


def test_no_more_work_at_once_than_a_pool_has_slots(ruled: DagRun) -> None:
    speaking = [one for one in ruled.tasks() if one["task_id"] == "speaks_to_another_machine"]
    assert {one["state"] for one in speaking} == {"success"} and len(speaking) == 3
    assert {one["pool"] for one in speaking} == {"wsic_exchange"}
    assert most_at_once(speaking) == 1
    # Or nothing would have worked beside anything, and the pool would have held nobody back.
    assert most_at_once(ruled.tasks()) > 1
