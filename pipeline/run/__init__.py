"""The run itself: opening, the steps of a night, closing; the lock that lets only one run at a time."""

from pipeline.run.nightly import run_nightly
from pipeline.run.opened import Run, open_ledger, open_run, resume_run
from pipeline.run.outcome import Outcome, close_run, judge, raise_unless_published
from pipeline.run.recheck import check_served
from pipeline.run.rollback import Rollback, rollback_links
from pipeline.run.rotation.root import RootRotation, rotate_root
from pipeline.run.rotation.rotate import Rotation, rotate
from pipeline.run.rotation.settle import settle_rotations
from pipeline.run.run_reporting import report_run, write_run_report
from pipeline.run.snapshots import keep_snapshots

__all__ = [
    "Outcome", "Rollback", "RootRotation", "Rotation", "Run", "check_served", "close_run", "judge",
    "keep_snapshots", "open_ledger", "open_run", "raise_unless_published", "report_run", "resume_run",
    "rollback_links", "rotate", "rotate_root", "run_nightly", "settle_rotations", "write_run_report",
]  # fmt: skip
