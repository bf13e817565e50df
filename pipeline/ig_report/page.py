"""The page itself: sections in the order of a reader's questions."""

from __future__ import annotations

from pathlib import Path

from pipeline import pages
from pipeline.ig_report.attention import ACT, LEVELS, LOOK, UNKNOWN
from pipeline.ig_report.findings import Findings
from pipeline.ig_report.flow import flow_of
from pipeline.ig_report.sections import SECTIONS

_FOLDER = Path(__file__).parent
_LEVELS = {ACT: "To be acted on", LOOK: "To be looked at", UNKNOWN: "Not known"}


def render(findings: Findings, *, linkage_page: str) -> str:
    """The whole page; the same findings give the same page.

    ``linkage_page`` is the name of the linkage report, where it lies beside this page.
    """
    by_level = {_LEVELS[level]: [one for one in findings.attention if one.level == level] for level in LEVELS}
    style = pages.VERDICT_STYLE + (_FOLDER / "page.css").read_text(encoding="utf-8")
    return pages.render(
        _FOLDER, "page.html", more_style=style,
        f=findings, flow=flow_of(findings), sections=SECTIONS, linkage_page=linkage_page,
        attention={name: found for name, found in by_level.items() if found},
    )  # fmt: skip
