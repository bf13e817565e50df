"""The report of information governance: one page a release, for a reader who has never seen code.

It needs nothing beside it. It holds counts and names of organisations, files, columns and staff, and no
identifier of a patient. It fails closed: an audit log that does not verify is its first line, and what is
not known is said to be so and never shown as nought.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline import linkage_report
from pipeline.clock import now
from pipeline.ig_report.attention import ACT, LOOK, UNKNOWN
from pipeline.ig_report.evidence.zone_modes import Protection, Zone
from pipeline.ig_report.findings import Findings, gather
from pipeline.ig_report.given import Given
from pipeline.ig_report.release import Release, find_release
from pipeline.pages import write_page
from pipeline.settings import Settings
from pipeline.zones import Zones

__all__ = [
    "Findings", "Given", "Protection", "Release", "Written", "Zone",
    "find_release", "gather", "nightly_path", "write_report",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where the page is, its first line, and how many matters of each level it names.

    ``fault`` is what is wrong with the audit log; ``was_verified``: whether it could be verified at all.
    """

    path: Path
    run_id: str
    verdict: str
    act: int
    look: int
    unknown: int
    fault: str
    was_verified: bool


def nightly_path(settings: Settings, run_id: str) -> Path:
    """Where the page of one release lies, beside its linkage report."""
    return Zones(settings.home).audit / "reports" / f"ig-{run_id}.html"


def write_report(release: Release, given: Given, *, path: Path | None = None) -> Written:
    """Write the page about ``release`` to ``path``: whole or not at all, 0600.

    Without ``path`` to :func:`nightly_path`; where that is there already, to a name of its own beside it, as
    the page that a release was published with is evidence.

    Written also where the audit log does not hold, since the page is how its reader learns of it: the caller
    has to end with an error where ``fault`` is not empty.
    """
    from pipeline.ig_report.page import render  # what draws is loaded where it is used

    findings = gather(release, given, written_at=now())
    target = path or _free_path(release.settings, release.run_id, findings.written_at)
    beside = linkage_report.nightly_path(release.settings, release.run_id)
    has_linkage = target.absolute().parent == beside.parent and beside.exists()
    write_page(target, render(findings, linkage_page=beside.name if has_linkage else ""))
    return Written(
        path=target, run_id=release.run_id, verdict=findings.verdict, act=findings.count(ACT),
        look=findings.count(LOOK), unknown=findings.count(UNKNOWN), fault=findings.log.fault,
        was_verified=findings.log.verification is not None,
    )  # fmt: skip


def _free_path(settings: Settings, run_id: str, written_at: str) -> Path:
    kept = nightly_path(settings, run_id)
    moment = "".join(digit for digit in written_at[:19] if digit.isdigit())
    return kept.with_name(f"{kept.stem}-{moment}.html") if kept.exists() else kept
