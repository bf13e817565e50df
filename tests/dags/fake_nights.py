"""Run the DAG for real, in Airflow, with steps that only note that they were called (a program, not a test).

Reads scenarios from stdin as JSON: name -> list of calls that fail. Prints name -> what happened.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag

FEEDS = [{"source": "gp", "sender": "A"}, {"source": "acute", "sender": "B"}]
RUN = "20260331-001"


def steps(calls: list[str], failing: list[str]) -> types.ModuleType:
    """A stand-in for ``pipeline.run.scheduled``."""

    def called(words: str, result: Any = None) -> Any:
        calls.append(words)
        if words in failing:
            raise RuntimeError(f"{words} failed, as the scenario says")
        return result

    fake = types.ModuleType("pipeline.run.scheduled")
    functions: dict[str, Callable[..., Any]] = {
        "open_run": lambda params: called("open_run", RUN),
        "list_feeds": lambda run: called("list_feeds", FEEDS),
        "land_feed": lambda run, feed: called(f"land_feed {feed['source']}"),
        "step": lambda name, run: called(name),
        "product_step": lambda name, run, product: called(f"{name} {product}"),
        "close_run": lambda run: called("close_run"),
        "report": lambda run: called("report"),
    }
    vars(fake).update(functions)
    return fake


def main() -> None:
    bag = DagBag(str(Path(__file__).parent.parent.parent / "dags"))
    if bag.import_errors:
        raise SystemExit(str(bag.import_errors))
    dag = bag.dags["nightly_load"]
    parent = types.ModuleType("pipeline.run")
    parent.__path__ = []  # type: ignore[attr-defined]
    sys.modules["pipeline.run"] = parent
    found = {}
    for place, (name, failing) in enumerate(json.load(sys.stdin).items()):
        calls: list[str] = []
        parent.scheduled = sys.modules["pipeline.run.scheduled"] = steps(calls, failing)  # type: ignore[attr-defined]
        night = dag.test(logical_date=datetime(2026, 3, 31, tzinfo=UTC) + timedelta(days=place))
        tasks = {f"{ti.task_id}[{ti.map_index}]": str(ti.state) for ti in night.get_task_instances()}
        xcoms = [str(value) for value in _xcoms(night)]
        found[name] = {"state": str(night.state), "calls": calls, "tasks": tasks, "xcoms": xcoms}
    sys.stdout.write("\nFOUND " + json.dumps(found) + "\n")


def _xcoms(night: Any) -> list[Any]:
    """Everything that tasks handed on through Airflow's database."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        rows = session.scalars(select(XComModel).where(XComModel.run_id == night.run_id)).all()
        return [row.value for row in rows]


main()
