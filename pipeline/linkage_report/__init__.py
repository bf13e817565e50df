"""The linkage report: what GUILD asks linkers to tell, as one page that needs nothing beside it.

GUILD is the Guidance for Information about Linking Data sets (Gilbert and others, Journal of Public
Health 2018;40(1):191-198): the population, the identifiers, the method, the errors by group and what
has changed. All figures are counts of a published product and of the ledger; none is of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import UsageError, one_of
from pipeline.ledger import Ledger
from pipeline.linkage_report.figures import read_figures
from pipeline.pages import write_page
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones

__all__ = ["nightly_path", "write_report"]


def nightly_path(settings: Settings, run_id: str) -> Path:
    """Where the report of one night lies."""
    return Zones(settings.home).audit / "reports" / f"linkage-{run_id}.html"


def write_report(
    settings: Settings,
    ledger: Ledger,
    *,
    run_id: str | None = None,
    product: str = PRODUCTS[0],
    path: Path | None = None,
    method: Mapping[str, str],
) -> Path:
    """Write the page about ``product`` as ``run_id`` published it (the version served, if none is named).

    ``method`` tells rules and thresholds by name. Returns where the page is, ``path`` or
    :func:`nightly_path`; it is written whole or not at all, mode 0600. Raises :class:`UsageError`
    where no such version is kept.
    """
    from pipeline.linkage_report.page import render  # what draws is large: it is loaded where it is used

    if product not in PRODUCTS:
        raise UsageError(one_of("product", product, PRODUCTS))
    shelf = Zones(settings.home).published(product)
    database = shelf / "versions" / f"{run_id}.duckdb" if run_id else shelf / "current.duckdb"
    if not database.exists():
        raise UsageError(
            f"no version {run_id or 'at all'} of {product} is kept; valid: a run of wsic publish list"
        )
    figures = read_figures(database, ledger, product)
    return write_page(path or nightly_path(settings, figures.run["run_id"]), render(figures, method))
