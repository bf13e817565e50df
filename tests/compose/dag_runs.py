"""Runs of DAGs in the stack, over Airflow's REST API: asked for, waited for, looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.compose.stack import Stack, wait_until

API = "/api/v2"
DAGS = ("nightly_load", "relink_population", "opt_out_check", "retention", "monthly_snapshot")
OVER = ("success", "failed")


@dataclass(frozen=True)
class DagRun:
    """One run, which is asked anew each time."""

    stack: Stack
    dag_id: str
    run_id: str

    @property
    def place(self) -> str:
        return f"{API}/dags/{self.dag_id}/dagRuns/{self.run_id}"

    def told(self) -> dict[str, Any]:
        return asked(self.stack, self.place)

    def state(self) -> str:
        return str(self.told()["state"])

    def wait(self, seconds: float) -> str:
        """Its state once it is over."""
        wait_until(f"{self.dag_id} ended", lambda: self.state() in OVER, seconds=seconds)
        return self.state()

    def tasks(self) -> list[dict[str, Any]]:
        return list(asked(self.stack, f"{self.place}/taskInstances?limit=200")["task_instances"])

    def task(self, task_id: str) -> dict[str, Any]:
        return next(one for one in self.tasks() if one["task_id"] == task_id)

    def states(self) -> dict[str, str | None]:
        return {f"{one['task_id']}[{one['map_index']}]": one["state"] for one in self.tasks()}

    def wait_for(self, task_id: str, is_so: Callable[[dict[str, Any]], bool], seconds: float) -> None:
        """Wait until it is so of that task, looking each second; fails where the run is over first."""
        began = time.monotonic()
        while not is_so(self.task(task_id)):
            assert time.monotonic() - began < seconds, f"{task_id}: {self.task(task_id)['state']}"
            assert self.state() not in OVER, self.states()
            time.sleep(1)

    def tries(self, task_id: str) -> list[dict[str, Any]]:
        """Each try of a task: its state, when it began and ended."""
        answer = asked(self.stack, f"{self.place}/taskInstances/{task_id}/tries")
        return sorted(answer["task_instances"], key=lambda one: one["try_number"])

    def log(self, task_id: str, number: int = 1) -> str:
        """What a try of a task wrote, as Airflow shows it."""
        answer = asked(self.stack, f"{self.place}/taskInstances/{task_id}/logs/{number}")
        return "\n".join(str(line) for line in answer["content"])

    def handed_on(self, task_id: str) -> Any:
        """What a task returned."""
        return asked(self.stack, f"{self.place}/taskInstances/{task_id}/xcomEntries/return_value")["value"]


def asked(stack: Stack, path: str) -> Any:
    """What the engineer is told there."""
    status, answer = stack.ask(path, user="engineer")
    assert status == 200, (path, status, answer)
    return answer


def trigger(
    stack: Stack, dag_id: str, *, logical_date: str | None = None, user: str = "engineer", **conf: Any
) -> DagRun:
    """Ask for a run over the REST API."""
    status, answer = ask_for(stack, dag_id, conf, logical_date=logical_date, user=user)
    assert status == 200, answer
    return DagRun(stack, dag_id, answer["dag_run_id"])


def ask_for(
    stack: Stack,
    dag_id: str,
    conf: dict[str, Any],
    *,
    logical_date: str | None = None,
    user: str = "engineer",
) -> tuple[int, Any]:
    """Status and answer of asking for a run."""
    body = {"logical_date": logical_date, "conf": conf}
    return stack.ask(f"{API}/dags/{dag_id}/dagRuns", user=user, method="POST", body=body)


def runs(stack: Stack, dag_id: str) -> list[DagRun]:
    """All runs of a DAG, the first that began first."""
    told = asked(stack, f"{API}/dags/{dag_id}/dagRuns?limit=100&order_by=run_after")["dag_runs"]
    return [DagRun(stack, dag_id, one["dag_run_id"]) for one in told]


def pause(stack: Stack, dag_id: str, *, is_paused: bool) -> None:
    body = {"is_paused": is_paused}
    assert stack.ask(f"{API}/dags/{dag_id}", user="engineer", method="PATCH", body=body)[0] == 200


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def most_at_once(tasks: Iterable[dict[str, Any]]) -> int:
    """How many of these worked at the same moment, at the most."""
    lasted = [(at(one["start_date"]), at(one["end_date"])) for one in tasks if one["end_date"]]
    return max((sum(began <= moment < ended for began, ended in lasted) for moment, _ in lasted), default=0)
