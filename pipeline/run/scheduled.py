"""The steps as a scheduler calls them: from other processes, with words that may be handed between tasks.

Only the run's id and the words of feeds and products pass through the scheduler's own database.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.errors import UsageError
from pipeline.keys import seal_process
from pipeline.landing import Feed
from pipeline.run import opened, outcome, steps
from pipeline.settings import load_settings

_log = logging.getLogger(__name__)

# What a task may call by name, so that a word from a scheduler reaches nothing else.
STEPS = (
    "fetch",
    "load_reference",
    "require_a_feed",
    "check_arrivals",
    "link",
    "apply_opt_outs",
    "report_linkage",
    "publish_open",
    "report_governance",
)
PRODUCT_STEPS = ("pseudonymise", "build", "check_product", "publish_product")


def open_run(params: Mapping[str, Any]) -> str:
    """Open the night that ``params`` ask for (``extracts``, ``as_of``, ``source``); returns its run id."""
    seal_process()
    settings = load_settings()
    run = opened.open_run(
        settings,
        extracts=Path(params.get("extracts") or settings.extracts),
        as_of=_night(params.get("as_of")),
        source=params.get("source") or None,
    )
    return run.run_id


def list_feeds(run_id: str) -> list[dict[str, str]]:
    """Every feed of the night, as words."""
    feeds = steps.list_feeds(_resume(run_id))
    return [{"source": feed.source, "sender": feed.sender} for feed in feeds]


def land_feed(run_id: str, feed: Mapping[str, str]) -> None:
    """Land one feed of :func:`list_feeds`."""
    steps.land_feed(_resume(run_id), Feed(feed["source"], feed["sender"]))


def step(name: str, run_id: str) -> None:
    """One of :data:`STEPS`."""
    _known(name, STEPS)
    getattr(steps, name)(_resume(run_id))


def product_step(name: str, run_id: str, product: str) -> None:
    """One of :data:`PRODUCT_STEPS` for one product."""
    _known(name, PRODUCT_STEPS)
    getattr(steps, name)(_resume(run_id), product)


def close_run(run_id: str) -> None:
    """Write how the run ended and give the lock back."""
    outcome.close_run(_resume(run_id))


def report(run_id: str) -> None:
    """Write the run's summary to the log; raises unless everything was published."""
    from pipeline.summary import as_text, summarise

    run = _resume(run_id)
    _log.info("%s", as_text(summarise(run.settings, run_id)))
    outcome.raise_unless_published(outcome.judge(run.ledger, run_id))


def _resume(run_id: str) -> opened.Run:
    """The run, in a process that hands no key on to what it starts."""
    seal_process()
    return opened.resume_run(run_id)


def _night(as_of: str | None) -> date:
    return date.fromisoformat(as_of) if as_of else datetime.now(ZoneInfo("Europe/London")).date()


def _known(name: str, valid: tuple[str, ...]) -> None:
    if name not in valid:
        raise UsageError(f"step {name!r} is not known; valid: {', '.join(valid)}")
