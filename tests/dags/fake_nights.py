"""Run DAGs for real, in Airflow, with steps that only note that they were called (a program, not a test).

Reads scenarios from stdin as JSON: name -> DAG, what it is called with, the calls that fail, what they give.
Prints name -> what happened.
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


def steps(calls: list[str], failing: list[str], given: dict[str, Any]) -> types.ModuleType:
    """A stand-in for ``pipeline.run.scheduled``."""

    def called(words: str, result: Any = None) -> Any:
        calls.append(words)
        if words in failing:
            raise RuntimeError(f"{words} failed, as the scenario says")
        return given.get(words, result)

    fake = types.ModuleType("pipeline.run.scheduled")
    functions: dict[str, Callable[..., Any]] = {
        "open_run": lambda params, logical_date: called("open_run", RUN),
        "list_feeds": lambda run: called("list_feeds", FEEDS),
        "land_feed": lambda run, feed: called(f"land_feed {feed['source']}"),
        "step": lambda name, run: called(name),
        "product_step": lambda name, run, product: called(f"{name} {product}"),
        "close_run": lambda run: called("close_run"),
        "report": lambda run: called("report"),
        "ask_opt_outs": lambda params, logical_date: called(f"ask now={params['ask_now']}", True),
        "collect_opt_outs": lambda params, logical_date: called("collect", 1),
        "apply_opt_outs": lambda params, logical_date: called("apply"),
        "keep_snapshots": lambda params: called(f"keep again={params['again']}", ["direct_care"]),
        "plan_retention": lambda params: called("plan", {"log": 2, "received": 0}),
        "relink": lambda params, take: called(f"relink take={take}", {"people_split": 3}),
        "destroy_over": lambda: called("destroy", {"log": 2, "received": 0}),
    }
    vars(fake).update(functions)
    return fake


def main() -> None:
    bag = DagBag(str(Path(__file__).parent.parent.parent / "dags"))
    if bag.import_errors:
        raise SystemExit(str(bag.import_errors))
    parent = types.ModuleType("pipeline.run")
    parent.__path__ = []  # type: ignore[attr-defined]
    sys.modules["pipeline.run"] = parent
    found = {}
    for place, (name, scenario) in enumerate(json.load(sys.stdin).items()):
        calls: list[str] = []
        fake = steps(calls, scenario.get("failing", []), scenario.get("given", {}))
        parent.scheduled = sys.modules["pipeline.run.scheduled"] = fake  # type: ignore[attr-defined]
        run = bag.dags[scenario["dag"]].test(
            logical_date=datetime(2026, 3, 31, tzinfo=UTC) + timedelta(days=place),
            run_conf=scenario.get("conf"),
        )
        tasks = {f"{ti.task_id}[{ti.map_index}]": str(ti.state) for ti in run.get_task_instances()}
        found[name] = {"state": str(run.state), "calls": calls, "tasks": tasks, **_kept(run)}
    sys.stdout.write("\nFOUND " + json.dumps(found) + "\n")


def _kept(run: Any) -> dict[str, list[str]]:
    """What tasks handed on through Airflow's database, and the events of assets that they made there."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        handed = session.scalars(select(XComModel).where(XComModel.run_id == run.run_id)).all()
        events = session.execute(
            select(AssetModel.uri, AssetEvent.extra)
            .join(AssetModel, AssetModel.id == AssetEvent.asset_id)
            .where(AssetEvent.source_run_id == run.run_id, AssetEvent.source_dag_id == run.dag_id)
        ).all()
        return {
            "xcoms": [str(row.value) for row in handed],
            "assets": sorted({uri for uri, _ in events}),
            "told_with_assets": [json.dumps(extra) for _, extra in events],
        }


main()
