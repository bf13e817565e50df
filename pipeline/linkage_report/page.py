"""The linkage report as one HTML page: a table under each plot, light and dark, screen and print."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import jinja2

from pipeline.linkage_report.figures import Figures
from pipeline.linkage_report.plots import plots

_FOLDER = Path(__file__).parent


def render(figures: Figures, method: Mapping[str, str]) -> str:
    """The whole page; the same figures give the same page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["number"] = number
    template = environment.get_template("page.html")
    return template.render(
        figures=figures,
        method=dict(method),
        plots=plots(figures),
        style=(_FOLDER / "page.css").read_text(encoding="utf-8"),
    )


def number(value: object) -> str:
    """A value as a person reads it: thousands apart, two decimals, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
