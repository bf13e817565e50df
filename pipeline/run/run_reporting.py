"""Writing the run report once a run has ended, however it ended."""

from __future__ import annotations

from pathlib import Path

from pipeline import run_report
from pipeline.errors import UsageError
from pipeline.ledger import Ledger
from pipeline.run.ig_reporting import require_outside
from pipeline.run.opened import Run, open_ledger
from pipeline.run.outcome import judge
from pipeline.run.step import recorded
from pipeline.settings import Settings

STEP = "report_run"


def report_run(run: Run) -> run_report.Written:
    """Write the page of a run that has ended; where it cannot be written, its step in the ledger says so."""
    with recorded(run.ledger, run_id=run.run_id, step=STEP):
        return _write(run.settings, run.ledger, run.run_id, None)


def write_run_report(settings: Settings, *, run_id: str, path: Path | None = None) -> run_report.Written:
    """Write the page of ``run_id`` again into the audit zone, or the edition for elsewhere to ``path``.

    Raises :class:`UsageError` where there is no such run, or where ``path`` lies in a zone.
    """
    if path is not None:
        require_outside(settings, path)
    return _write(settings, open_ledger(settings), run_id, path)


def _write(settings: Settings, ledger: Ledger, run_id: str, path: Path | None) -> run_report.Written:
    rows = ledger.query("select outcome from run where run_id = ?", (run_id,))
    if not rows:
        raise UsageError(f"run {run_id!r} is not in the ledger; `wsic runs` lists those that are")
    judged = judge(ledger, run_id)
    ended = run_report.Ended(
        outcome=rows[0]["outcome"], exit_code=judged.exit_code, published=judged.published
    )
    return run_report.write_report(settings, ledger, run_id=run_id, ended=ended, path=path)
