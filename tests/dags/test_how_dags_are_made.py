"""Every DAG: its page, its params, what is tried again, pools, times; read as a scheduler reads them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from connectors.declare import SOURCE_WORDS
from pipeline.run import scheduled
from tests.airflow_programs import run_program

ROOT = Path(__file__).parent.parent.parent
POOLS = json.loads((ROOT / "dags" / "pools.json").read_text(encoding="utf-8"))
DAGS = ("nightly_load", "opt_out_check", "monthly_snapshot", "retention", "relink_population")
# Those that take the lock, or speak to other machines; all the rest fail again as they failed.
LOCKED, NO_ANSWER = ["RunLockedError"], ["RunLockedError", "NoAnswerError"]
TRIED_AGAIN = {
    ("nightly_load", "open_run"): LOCKED,
    ("nightly_load", "fetch"): NO_ANSWER,
    ("opt_out_check", "ask"): NO_ANSWER,
    ("opt_out_check", "collect"): NO_ANSWER,
    ("opt_out_check", "apply"): LOCKED,
    ("monthly_snapshot", "keep"): LOCKED,
    ("retention", "destroy"): LOCKED,
    ("relink_population", "rehearse"): LOCKED,
    ("relink_population", "take_over"): LOCKED,
}


def tasks(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (dag_id, task_id): told
        for dag_id, dag in described["dags"].items()
        for task_id, told in dag["tasks"].items()
    }


def test_these_are_the_dags(described: dict[str, Any]) -> None:
    """Modules that they share are not read as DAG files."""
    assert set(described["dags"]) == set(DAGS)


def test_reading_them_loads_nothing_that_works(described: dict[str, Any]) -> None:
    """What works is imported by the task: a scheduler reads every file again and again."""
    assert described["heavy"] == []


def test_a_task_is_tried_again_where_that_helps_and_nowhere_else(described: dict[str, Any]) -> None:
    found = {name: told["tried_again"] for name, told in tasks(described).items() if told["tried_again"]}
    assert found == TRIED_AGAIN
    assert all(
        told["retries"] == (5 if name in TRIED_AGAIN else 0) for name, told in tasks(described).items()
    )
    assert {tasks(described)[name]["backoff"] for name in TRIED_AGAIN} == {2.0}


def test_every_pool_is_made(described: dict[str, Any]) -> None:
    """A task of a pool that is not there waits for ever."""
    used = {told["pool"] for told in tasks(described).values()}
    assert used == {*POOLS, "default_pool"}
    assert all(pool["slots"] >= 1 and pool["description"] for pool in POOLS.values())
    assert POOLS["wsic_exchange"]["slots"] == 1


def test_what_speaks_to_other_machines_is_in_the_pool_of_one(described: dict[str, Any]) -> None:
    found = {name for name, told in tasks(described).items() if told["pool"] == "wsic_exchange"}
    assert found == {("nightly_load", "fetch"), ("opt_out_check", "ask"), ("opt_out_check", "collect")}


def test_every_task_has_a_time_and_no_dag_has_one_that_would_skip_the_end(described: dict[str, Any]) -> None:
    assert all(0 < told["minutes"] <= 180 for told in tasks(described).values())
    assert {dag["timeout"] for dag in described["dags"].values()} == {None}


def test_one_run_at_a_time_and_none_by_itself_for_days_gone(described: dict[str, Any]) -> None:
    assert {(dag["max_active_runs"], dag["catchup"]) for dag in described["dags"].values()} == {(1, False)}


@pytest.mark.parametrize("dag_id", [dag_id for dag_id in DAGS if dag_id != "monthly_snapshot"])
def test_somebody_is_told_where_it_is_late(described: dict[str, Any], dag_id: str) -> None:
    ((path, seconds),) = described["dags"][dag_id]["deadline"]
    assert path == "dags.house_rules.tell_late"
    assert 3600 <= seconds <= 6 * 3600


def test_how_late_is_late_can_be_set_for_each_dag(tmp_path: Path) -> None:
    told = {"AIRFLOW__WSIC__NIGHTLY_LOAD_LATE_HOURS": "0.5", "AIRFLOW__WSIC__RETENTION_LATE_HOURS": ""}
    dags = run_program("describe_dags.py", tmp_path, AIRFLOW__WSIC__EMBEDDED="False", **told)["dags"]
    found = {dag_id: seconds for dag_id, dag in dags.items() for _, seconds in dag["deadline"]}
    assert found == {
        "nightly_load": 1800, "opt_out_check": 4 * 3600, "retention": 6 * 3600, "relink_population": 6 * 3600
    }  # fmt: skip


def test_hours_that_are_no_positive_number_keep_the_dag_from_being_read(tmp_path: Path) -> None:
    """An import error, which Airflow shows on its first page: never a night that nobody would find late."""
    wrong = {"NIGHTLY_LOAD": "0", "OPT_OUT_CHECK": "-1", "RETENTION": "soon", "RELINK_POPULATION": "nan"}
    told = {f"AIRFLOW__WSIC__{dag_id}_LATE_HOURS": hours for dag_id, hours in wrong.items()}
    with pytest.raises(AssertionError) as refused:
        run_program("describe_dags.py", tmp_path, AIRFLOW__WSIC__EMBEDDED="False", **told)
    said = str(refused.value).replace("\\", "")  # told as the text of a text
    for name, hours in told.items():
        assert f"{name} is '{hours}'; valid: hours, a number above 0" in said


@pytest.mark.parametrize("dag_id", DAGS)
def test_its_page_says_what_to_do_where_any_task_is_red(described: dict[str, Any], dag_id: str) -> None:
    dag = described["dags"][dag_id]
    first_cells = re.findall(r"^\| (.*?) \|", dag["doc"], flags=re.MULTILINE)
    told = set(re.findall(r"`(\w+)`", " ".join(first_cells)))
    ids = {task_id.rpartition(".")[2] for task_id in dag["tasks"]}
    assert told <= ids
    missing = ids - told
    # These cannot be red by themselves.
    assert missing <= {"announce", "asked_to"}


@pytest.mark.parametrize("dag_id", DAGS)
def test_the_pages_lead_to_pages_that_are_there(dag_id: str) -> None:
    page = ROOT / "dags" / f"{dag_id}.md"
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


@pytest.mark.parametrize("dag_id", DAGS)
def test_every_param_has_a_schema_and_is_described(described: dict[str, Any], dag_id: str) -> None:
    dag = described["dags"][dag_id]
    assert set(dag["described"]) == set(dag["params"])
    assert all({"type", "enum"} & set(schema) for schema in dag["params"].values())


def test_the_steps_know_the_params_of_each_dag_and_no_other(described: dict[str, Any]) -> None:
    """They refuse a name that the DAG does not have, which Airflow lets through."""
    assert {dag_id: set(dag["params"]) for dag_id, dag in described["dags"].items()} == {
        dag_id: set(names) for dag_id, names in scheduled.PARAMS.items()
    }


def test_the_sources_of_the_param_are_those_that_there_are(described: dict[str, Any]) -> None:
    assert described["dags"]["nightly_load"]["params"]["source"]["enum"] == [None, *SOURCE_WORDS]


def test_every_task_of_the_night_comes_before_the_lock_is_given_back(described: dict[str, Any]) -> None:
    """Else a run that is opened next would work beside it."""
    night = described["dags"]["nightly_load"]["tasks"]
    before, wanted = set(), {"close_run"}
    while wanted:
        task_id = wanted.pop()
        before.add(task_id)
        wanted |= set(night[task_id]["upstream"]) - before
    assert set(night) - before == {"summary"}
