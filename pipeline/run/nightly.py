"""The whole night in one process, without a scheduler."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from pipeline.errors import WsicError
from pipeline.run import steps
from pipeline.run.opened import Run, open_run
from pipeline.run.outcome import Outcome, close_run
from pipeline.run.run_reporting import report_run
from pipeline.settings import PRODUCTS, Settings

Progress = Callable[[str], None]
"""Called with the words of each step as it begins."""


def run_nightly(
    settings: Settings,
    *,
    extracts: Path,
    as_of: date,
    source: str | None = None,
    progress: Progress = lambda words: None,
) -> tuple[str, Outcome]:
    """Load, link, build, check and publish one night; returns the run's id and how it ended.

    One bad feed does not stop the others, and one product does not stop the other: what went
    wrong is in the ledger and in the outcome. Only a run that cannot be opened raises.
    """
    run = open_run(settings, extracts=extracts, as_of=as_of, source=source, held_by="process")
    try:
        _attempt(lambda: _night(run, progress))
    finally:
        outcome = close_run(run)
        _attempt(lambda: report_run(run))
    return run.run_id, outcome


def _night(run: Run, progress: Progress) -> None:
    progress("fetching")
    _attempt(lambda: steps.fetch(run))
    progress("finding the feeds")
    _land(run, progress)
    before_products: tuple[tuple[str, Callable[[Run], object]], ...] = (
        ("reference data", steps.load_reference),
        ("checking what arrived", steps.check_arrivals),
        ("linking", steps.link),
        ("opt-outs", steps.apply_opt_outs),
    )
    for words, step in before_products:
        progress(words)
        step(run)
    for product in PRODUCTS:
        _attempt(lambda product=product: _make(run, product, progress))  # type: ignore[misc]
    progress("reporting linkage")
    _attempt(lambda: steps.report_linkage(run))
    progress("publishing open")
    _attempt(lambda: steps.publish_open(run))
    progress("reporting governance")
    steps.report_governance(run)


def _land(run: Run, progress: Progress) -> None:
    for feed in steps.list_feeds(run):
        progress(f"landing {feed.source}/{feed.sender}")
        _attempt(lambda feed=feed: steps.land_feed(run, feed))  # type: ignore[misc]
    steps.require_a_feed(run)


def _make(run: Run, product: str, progress: Progress) -> None:
    for words, step in (
        ("pseudonymising", steps.pseudonymise),
        ("building", steps.build),
        ("checking", steps.check_product),
        ("publishing", steps.publish_product),
    ):
        progress(f"{words} {product}")
        step(run, product)


def _attempt(step: Callable[[], object]) -> None:
    """Go on whatever the step refuses; the step has written it in the ledger."""
    with suppress(WsicError):
        step()
