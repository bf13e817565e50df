"""The run report: what one night did, for the team that runs it, as one page that needs nothing beside it.

Every night leaves one, also the first, and one that failed: it then begins with what failed, where, and what
to do. It holds counts, words of the code and names of organisations, and nothing of a person. Counts are
exact, so the page stays in the audit zone; the edition for elsewhere leaves out whatever counts people.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.ig_report.release import find_release
from pipeline.ledger import Ledger
from pipeline.pages import write_page
from pipeline.run_report.given import Ended
from pipeline.settings import Settings
from pipeline.zones import Zones

__all__ = ["Ended", "Written", "nightly_path", "write_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where the page is, its first line, and how many things it names as failed."""

    path: Path
    run_id: str
    verdict: str
    failed: int
    is_for_elsewhere: bool


def nightly_path(settings: Settings, run_id: str) -> Path:
    """Where the page of one run lies, beside the linkage report and that of information governance."""
    return Zones(settings.home).audit / "reports" / f"run-{run_id}.html"


def write_report(
    settings: Settings, ledger: Ledger, *, run_id: str, ended: Ended, path: Path | None = None
) -> Written:
    """Write the page about ``run_id``: to :func:`nightly_path` with exact counts, or the edition for
    elsewhere to ``path``; whole or not at all, mode 0600.

    Raises :class:`UsageError` where there is no such run.
    """
    from pipeline.run_report.page import render  # what draws is large: it is loaded where it is used

    release = find_release(settings, ledger, run_id)
    text, told = render(release, ended, is_for_elsewhere=path is not None)
    return Written(
        path=write_page(path or nightly_path(settings, run_id), text), run_id=run_id, verdict=told.verdict,
        failed=len(told.failures), is_for_elsewhere=path is not None,
    )  # fmt: skip
