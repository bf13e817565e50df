"""The linkage report as one HTML page: a table under each plot, light and dark, screen and print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline import pages
from pipeline.linkage_report.figures import Figures
from pipeline.linkage_report.plots import plots


def render(figures: Figures, method: Mapping[str, str]) -> str:
    """The whole page; the same figures give the same page."""
    return pages.render(
        Path(__file__).parent, "page.html", figures=figures, method=dict(method), plots=plots(figures)
    )
