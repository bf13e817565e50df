"""What a scheduler may say: a name that a DAG does not have is refused before anything is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.ledger import Ledger
from pipeline.run import scheduled

# The first task of each DAG; of opt_out_check each one, as none waits for the one before to be well.
FIRST: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "open_run": ("nightly_load", scheduled.open_run),
    "ask": ("opt_out_check", scheduled.ask_opt_outs),
    "collect": ("opt_out_check", scheduled.collect_opt_outs),
    "apply": ("opt_out_check", scheduled.apply_opt_outs),
    "keep": ("monthly_snapshot", scheduled.keep_snapshots),
    "plan": ("retention", scheduled.plan_retention),
    "rehearse": ("relink_population", lambda params: scheduled.relink(params, take=False)),
    "take_over": ("relink_population", lambda params: scheduled.relink(params, take=True)),
}


@pytest.mark.parametrize("task", FIRST)
def test_a_param_that_there_is_not_is_refused_with_those_that_there_are(
    task: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    dag_id, call = FIRST[task]
    monkeypatch.setattr(scheduled, "_settings", lambda: pytest.fail("something was opened"))
    asked = dict.fromkeys(scheduled.PARAMS[dag_id], None)
    with pytest.raises(UsageError) as refused:
        call({**asked, "as_off": "2026-03-31"})
    assert str(refused.value) == f"{dag_id} has no param as_off; valid: {', '.join(scheduled.PARAMS[dag_id])}"
    assert ledger.query("select * from run") == [] == ledger.query("select * from lock")


def test_all_that_are_not_known_are_named_and_no_value_is(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match=r"has no param extract, night; valid: ") as refused:
        scheduled.open_run({"night": "9434765919", "extract": "9434765919", "as_of": "2026-03-31"})
    assert "9434765919" not in str(refused.value)
