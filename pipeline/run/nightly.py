"""The whole night in one process, without a scheduler."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from pipeline import interrupts, progress
from pipeline.errors import WsicError
from pipeline.run import steps
from pipeline.run.opened import Run, open_run
from pipeline.run.outcome import Outcome, close_run, judge
from pipeline.run.run_reporting import report_run
from pipeline.run.step import end_interrupted
from pipeline.settings import PRODUCTS, Settings

_OF_A_PRODUCT: tuple[tuple[str, Callable[[Run, str], object]], ...] = (
    ("pseudonymising", steps.pseudonymise),
    ("building", steps.build),
    ("checking", steps.check_product),
    ("publishing", steps.publish_product),
)
_BEFORE, _AFTER = 6, 3  # steps before the products, and after them


class _Steps:
    """Tells whoever listens of each step, and how many there are."""

    def __init__(self, of: int) -> None:
        self.number, self.of = 0, of

    def begin(self, words: str) -> None:
        self.number += 1
        progress.step(words, number=self.number, of=self.of)


def run_nightly(
    settings: Settings,
    *,
    extracts: Path,
    as_of: date,
    source: str | None = None,
) -> tuple[str, Outcome]:
    """Load, link, build, check and publish one night; returns the run's id and how it ended.

    One bad feed does not stop the others, and one product does not stop the other: what went
    wrong is in the ledger and in the outcome. Only a run that cannot be opened raises, and
    :class:`Interrupted`, which says what state is left: the run is closed and its lock given back then too.
    """
    with interrupts.held():
        run = open_run(settings, extracts=extracts, as_of=as_of, source=source, held_by="process")
    try:
        outcome = _whole(run)
    except interrupts.Interrupted as asked:
        asked.left = _left(run)
        raise
    return run.run_id, outcome


def _whole(run: Run) -> Outcome:
    try:
        _attempt(lambda: _night(run))
    finally:
        with interrupts.held():
            if interrupts.asked():
                end_interrupted(run.ledger, run.run_id)
            outcome = close_run(run)
        if not interrupts.asked():
            _attempt(lambda: report_run(run))
    interrupts.check()
    return outcome


def _left(run: Run) -> str:
    """What state an interrupted night leaves, and how to go on."""
    found = judge(run.ledger, run.run_id)
    served = f"served since: {', '.join(found.published)}" if found.published else "nothing of it is served"
    return (
        f"run {run.run_id} is closed and the lock is free; {served}, and no product is half published; "
        "the same command goes on from here"
    )


def _night(run: Run) -> None:
    steps_of = _Steps(_BEFORE + len(PRODUCTS) * len(_OF_A_PRODUCT) + _AFTER)
    steps_of.begin("fetching")
    _attempt(lambda: steps.fetch(run))
    steps_of.begin("landing")
    _land(run)
    before_products: tuple[tuple[str, Callable[[Run], object]], ...] = (
        ("reference data", steps.load_reference),
        ("checking what arrived", steps.check_arrivals),
        ("linking", steps.link),
        ("opt-outs", steps.apply_opt_outs),
    )
    for words, step in before_products:
        steps_of.begin(words)
        step(run)
    for product in PRODUCTS:
        _attempt(lambda product=product: _make(run, product, steps_of))  # type: ignore[misc]
    steps_of.begin("reporting linkage")
    _attempt(lambda: steps.report_linkage(run))
    steps_of.begin("publishing open")
    _attempt(lambda: steps.publish_open(run))
    steps_of.begin("reporting governance")
    steps.report_governance(run)


def _land(run: Run) -> None:
    for feed in progress.counted(steps.list_feeds(run), "feeds"):
        _attempt(lambda feed=feed: steps.land_feed(run, feed))  # type: ignore[misc]
    steps.require_a_feed(run)


def _make(run: Run, product: str, steps_of: _Steps) -> None:
    first = steps_of.number
    try:
        for words, step in _OF_A_PRODUCT:
            steps_of.begin(f"{words} {product}")
            step(run, product)
    finally:
        steps_of.number = first + len(_OF_A_PRODUCT)  # also where a step refused, and the rest is left out


def _attempt(step: Callable[[], object]) -> None:
    """Go on whatever the step refuses; the step has written it in the ledger."""
    with suppress(WsicError):
        step()
