"""Tell how every DAG is made, as a scheduler with a server reads it (a program, not a test).

Prints, as JSON after FOUND: DAG id -> its params, tasks, assets, deadline; and what its imports brought.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag

from pipeline.errors import ChecksRefusedError, InputRefusedError, NoAnswerError, RunLockedError, SetupError

FOLDER = Path(__file__).parent.parent.parent / "dags"
ERRORS = (RunLockedError, NoAnswerError, InputRefusedError, ChecksRefusedError, SetupError, ValueError)
# What works: hundreds of modules each, which a scheduler would load whenever it reads the file.
HEAVY = (
    "duckdb",
    "dbt",
    "great_expectations",
    "pandas",
    "pyarrow",
    "splink",
    "pipeline.run",
    "pipeline.identity",
)


def tried_again(task: Any) -> list[str]:
    """The errors on which a first failure is tried again."""
    if not task.retries:
        return []
    if task.retry_policy is None:
        return ["any"]
    verdicts = {kind.__name__: task.retry_policy.evaluate(kind("x"), 1, task.retries) for kind in ERRORS}
    return [name for name, verdict in verdicts.items() if verdict.action.value == "retry"]


def told_of(task: Any) -> dict[str, Any]:
    outlets = [getattr(asset, "uri", asset.name) for asset in task.outlets]
    return {
        "pool": task.pool, "retries": task.retries, "tried_again": tried_again(task), "outlets": outlets,
        "backoff": task.retry_exponential_backoff, "minutes": task.execution_timeout.total_seconds() / 60,
        "upstream": sorted(task.upstream_task_ids), "trigger_rule": str(task.trigger_rule.value),
    }  # fmt: skip


def main() -> None:
    bag = DagBag(str(FOLDER))
    if bag.import_errors:
        raise SystemExit(str(bag.import_errors))
    found = {
        dag_id: {
            "doc": dag.doc_md, "catchup": dag.catchup, "max_active_runs": dag.max_active_runs,
            "timeout": dag.dagrun_timeout,
            "params": {name: dag.params.get_param(name).schema for name in dag.params},
            "described": [name for name in dag.params if dag.params.get_param(name).description],
            "deadline": [(late.callback.path, late.interval.total_seconds()) for late in dag.deadline or []],
            "tasks": {task.task_id: told_of(task) for task in dag.tasks},
        }
        for dag_id, dag in bag.dags.items()
    }  # fmt: skip
    heavy = [name for name in HEAVY if name in sys.modules]
    sys.stdout.write("\nFOUND " + json.dumps({"dags": found, "heavy": heavy}) + "\n")


main()
