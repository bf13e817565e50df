"""What all DAGs share: pools, how often something is tried again, how long it may take, when it is late.

Trying again helps where another run holds the lock, or another machine does not answer, and nowhere else: a
file that is refused, a gate that refuses and a step that fails on its data do so again. So a task is tried
again on those two errors alone, with waits that double.

No DAG has ``dagrun_timeout``: it would skip ``close_run`` as well, and nobody would give the lock back.
Each task has a time of its own instead, and the DAG a deadline that tells somebody while it goes on.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.configuration import conf
from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

LANDING, BUILDING, EXCHANGE = "wsic_landing", "wsic_building", "wsic_exchange"  # made from pools.json

# `airflow dags test`, without a server: somebody waits for the answer, so nothing is tried again later; and
# nobody would look at a deadline, on which Airflow 3.3 fails there.
_IS_EMBEDDED = conf.getboolean("wsic", "embedded", fallback=False)
_RETRIES = 0 if _IS_EMBEDDED else 5
_LOCKED = RetryRule(
    exception="pipeline.errors.RunLockedError",
    action=RetryAction.RETRY,
    reason="another run holds the lock",
)
_NO_ANSWER = RetryRule(
    exception="pipeline.errors.NoAnswerError",
    action=RetryAction.RETRY,
    reason="another machine did not answer",
)

DEFAULTS: dict[str, Any] = {"owner": "wsic", "retries": 0, "execution_timeout": timedelta(hours=2)}


def _again(*rules: RetryRule, first: timedelta, longest: timedelta) -> dict[str, Any]:
    return {
        "retries": _RETRIES,
        "retry_delay": first,
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": longest,
        "retry_policy": ExceptionRetryPolicy(rules=list(rules), default=RetryAction.FAIL),
    }


WHERE_LOCKED = _again(_LOCKED, first=timedelta(minutes=2), longest=timedelta(minutes=30))
"""For tasks that take the lock: tried again after at least 2, 4, 8, 16 and 30 minutes."""

WHERE_NO_ANSWER = _again(_LOCKED, _NO_ANSWER, first=timedelta(minutes=5), longest=timedelta(hours=1))
"""For tasks that speak to other machines: tried again after at least 5, 10, 20, 40 and 60 minutes."""


def tell_late(dag_id: str, hours: float) -> None:
    """Called by the executor where a run is late; here, as Airflow imports it with the DAG file."""
    from pipeline.run import scheduled

    scheduled.tell_late(dag_id=dag_id, hours=hours)


def told_after(dag_id: str, hours: float) -> DeadlineAlert | None:
    """Tell the log, as an error, that a run is not at its end so many hours after it was queued.

    ``AIRFLOW__WSIC__<DAG ID>_LATE_HOURS`` sets other hours. Not after its logical date: a backfilled night
    would be late before it began. None without a server.
    """
    from pipeline.lateness import late_hours  # a few lines, and nothing that works

    hours = late_hours(dag_id, said=conf.get("wsic", f"{dag_id}_late_hours", fallback=""), unless_set=hours)
    return (
        None
        if _IS_EMBEDDED
        else DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=timedelta(hours=hours),
            callback=SyncCallback(tell_late, kwargs={"dag_id": dag_id, "hours": hours}),
            name=f"{dag_id} is late",
        )
    )


def notes(dag_file: str) -> str:
    """The page beside a DAG file: what it does, and what to do where it is red."""
    return Path(dag_file).with_suffix(".md").read_text(encoding="utf-8")
