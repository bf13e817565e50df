"""The run report as one HTML page: what failed first, then the night in the order in which it goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import pages
from pipeline.ig_report.evidence import checks, products
from pipeline.ig_report.release import Release, Row
from pipeline.run_report import nights, published, troubles
from pipeline.run_report.given import Ended
from pipeline.run_report.plots import plots
from pipeline.run_report.tiles import map_of

_FOLDER = Path(__file__).parent
SECTIONS = {
    "products": "Products", "feeds": "Feeds", "volumes": "Volumes", "quarantine": "Quarantine",
    "linkage": "Linkage", "coverage": "Coverage by borough", "metrics": "Metrics", "checks": "Checks",
    "timing": "Timing",
}  # fmt: skip
"""Id of each section and its title, in the order of the page."""
_COUNTING_PEOPLE = (
    "quarantine",
    "linkage",
    "checks",
)  # left out elsewhere: exact counts of records and people


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The first line of the page, and what it names as failed."""

    verdict: str
    failures: tuple[troubles.Failure, ...]


def render(release: Release, ended: Ended, *, is_for_elsewhere: bool) -> tuple[str, Told]:
    """The whole page and what it begins with; the same ledger and versions give the same page."""
    found = nights.read(release)
    shown = published.read(release, ended.published, is_for_elsewhere=is_for_elsewhere)
    judged = checks.read(release, ended.published)
    failed = troubles.failures(found.broken_steps, is_for_elsewhere=is_for_elsewhere)
    told = Told(
        verdict=troubles.verdict(
            ended.outcome, ended.published, failed, judged, is_complete=ended.exit_code == 0
        ),
        failures=failed,
    )
    style = pages.VERDICT_STYLE + (_FOLDER / "page.css").read_text(encoding="utf-8")
    text = pages.render(
        _FOLDER, "page.html", more_style=style, run=release.run, ended=ended, told=told,
        doings=troubles.doings(failed), level=_level(told, ended), nights=found, published=shown,
        checks=judged, failed_checks=[_named(row) for row in judged.failed], products=products.read(release),
        plots=plots(found, shown, is_for_elsewhere=is_for_elsewhere),
        tiles=map_of(shown.boroughs), sections=_sections(is_for_elsewhere), is_for_elsewhere=is_for_elsewhere,
    )  # fmt: skip
    return text, told


def _level(told: Told, ended: Ended) -> str:
    """The word of the style sheet for how bad it is."""
    if not ended.published or ended.exit_code:
        return "act"
    return "look" if told.failures else "fine"


def _named(row: Row) -> Row:
    """A result with what it judged: a product, what arrived, or the deployment."""
    arrived = "what arrived" if row["suite"].startswith("arrived.") else "the deployment"
    return {**row, "judged": row["product"] or arrived}


def _sections(is_for_elsewhere: bool) -> dict[str, Any]:
    left_out = _COUNTING_PEOPLE if is_for_elsewhere else ()
    return {name: title for name, title in SECTIONS.items() if name not in left_out}
