"""A DAG under the house rules whose tasks go wrong in each way that a task of ours can, in seconds.

The waits between tries are shorter than ours, and all else is as ``dags/house_rules.py`` says.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from dags.house_rules import DEFAULTS, EXCHANGE, WHERE_LOCKED, WHERE_NO_ANSWER

AT_ONCE = {"retry_delay": timedelta(seconds=4)}


@task(**{**WHERE_NO_ANSWER, **AT_ONCE})
def answers_at_the_third_try(ti: Any = None) -> None:
    from pipeline.errors import NoAnswerError

    if ti.try_number < 3:
        raise NoAnswerError("the sender's machine does not answer")


@task(**{**WHERE_LOCKED, **AT_ONCE})
def finds_the_lock_free_at_the_second_try(ti: Any = None) -> None:
    from pipeline.errors import RunLockedError

    if ti.try_number < 2:
        raise RunLockedError("another run holds the lock")


@task(**{**WHERE_NO_ANSWER, **AT_ONCE})
def is_refused() -> None:
    from pipeline.errors import InputRefusedError

    raise InputRefusedError("the sender's machine refuses us")


@task(**{**WHERE_LOCKED, **AT_ONCE})
def fails_on_its_data() -> None:
    raise ValueError("a step that fails on its data does so again")


@task(execution_timeout=timedelta(seconds=5))
def takes_too_long() -> None:
    time.sleep(600)


@task(pool=EXCHANGE)
def speaks_to_another_machine(place: int) -> None:
    time.sleep(6)


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    default_args=DEFAULTS,
    is_paused_upon_creation=False,
    max_active_tasks=8,
    tags=["planted"],
)
def house_rules_in_force() -> None:
    answers_at_the_third_try()
    finds_the_lock_free_at_the_second_try()
    is_refused()
    fails_on_its_data()
    takes_too_long()
    speaks_to_another_machine.expand(place=[1, 2, 3])


house_rules_in_force()
