"""How a run ended, from what its steps left in the ledger, and the exit code that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline import audit_log
from pipeline.clock import now
from pipeline.errors import ChecksRefusedError, InputRefusedError, SetupError, WsicError
from pipeline.ledger import Ledger
from pipeline.run import lock
from pipeline.run.opened import Run
from pipeline.settings import OPEN_PRODUCT, PRODUCTS

# Of several reasons the one that the operator must see to first gives the exit code.
_FIRST_TO_MEND = (SetupError, WsicError, InputRefusedError, ChecksRefusedError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``outcome``: published (at least one product), refused or failed; ``exit_code``: 0 if all are."""

    outcome: str
    exit_code: int
    published: tuple[str, ...]
    reasons: tuple[str, ...]


def judge(ledger: Ledger, run_id: str) -> Outcome:
    """Outcome of a run whose steps have ended; reads the ledger only."""
    rows = ledger.query(
        "select product from publication where run_id = ? and outcome = 'published'", (run_id,)
    )
    published = {row["product"] for row in rows}
    broken = ledger.query(
        # A step that is still running when the run is judged never came to its end.
        "select step, outcome, message, iif(outcome = 'running', 1, exit_code) as exit_code from step"
        " where run_id = ? and (exit_code <> 0 or outcome = 'running') order by started_at, step, subject",
        (run_id,),
    )
    complete = published >= _wanted(ledger, run_id)
    stopping = [row for row in broken if row["step"] not in ("fetch", "land_feed")] or broken
    return Outcome(
        outcome="published" if published else _worst_outcome(stopping),
        exit_code=0 if complete else _exit_code(stopping),
        published=tuple(name for name in (*PRODUCTS, OPEN_PRODUCT) if name in published),
        reasons=() if complete else tuple(row["message"] for row in stopping),
    )


def _wanted(ledger: Ledger, run_id: str) -> set[str]:
    """What a run is to publish: everything, or the one product whose key it rotates."""
    rows = ledger.query("select product from key_rotation where run_id = ?", (run_id,))
    return {row["product"] for row in rows} or {*PRODUCTS, OPEN_PRODUCT}


def close_run(run: Run, *, when_nothing_published: str = "") -> Outcome:
    """Write how the run ended and give the lock back; safe to call twice.

    ``when_nothing_published`` is the outcome of a run that was never meant to publish, where
    nothing went wrong.
    """
    outcome = judge(run.ledger, run.run_id)
    if when_nothing_published and not outcome.reasons:
        outcome = Outcome(when_nothing_published, 0, (), ())
    try:
        _announce(run, outcome)
    finally:
        with run.ledger.transaction() as connection:
            statement = "update run set outcome = ?, ended_at = ? where run_id = ?"
            connection.execute(statement, (outcome.outcome, now(), run.run_id))
        lock.release(run.settings, run.ledger, run_id=run.run_id)
    return outcome


def _announce(run: Run, outcome: Outcome) -> None:
    """The run's end into the audit log, once, whatever calls again."""
    if run.ledger.query("select 1 from run where run_id = ? and ended_at is null", (run.run_id,)):
        told: dict[str, str | int | bool | list[str]] = {
            "run_id": run.run_id, "outcome": outcome.outcome, "products": list(outcome.published)
        }  # fmt: skip
        audit_log.append(run.settings, act="run_ended", details=told)


def raise_unless_published(outcome: Outcome) -> None:
    """Raise the error whose exit code the run ends with, if it does not end with 0."""
    if outcome.exit_code == 0:
        return
    kinds = {kind.exit_code: kind for kind in _FIRST_TO_MEND}
    raise kinds[outcome.exit_code]("; ".join(outcome.reasons) or "the run ended before it could publish")


def _worst_outcome(broken: list[dict[str, Any]]) -> str:
    return "refused" if broken and all(row["outcome"] == "refused" for row in broken) else "failed"


def _exit_code(broken: list[dict[str, Any]]) -> int:
    codes = {row["exit_code"] for row in broken}
    known = (kind.exit_code for kind in _FIRST_TO_MEND)
    return next((code for code in known if code in codes), WsicError.exit_code)
