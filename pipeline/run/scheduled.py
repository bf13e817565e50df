"""The steps as a scheduler calls them: from other processes, with words that may be handed between tasks.

Only the run's id and the words of feeds and products pass through the scheduler's own database.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline import clock
from pipeline.errors import UsageError, WsicError
from pipeline.keys import seal_process
from pipeline.landing import Feed
from pipeline.run import opened, opt_out_check, outcome, relinking, retention, snapshots, steps
from pipeline.run.run_reporting import report_run
from pipeline.settings import Settings, load_settings

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

# What each DAG may be triggered with. Airflow holds values against the schema of a param that it knows, and
# lets a name through that it does not: a misspelt `as_of` would run another night, and nobody would notice.
PARAMS: Mapping[str, tuple[str, ...]] = {
    "nightly_load": ("extracts", "as_of", "source"),
    "opt_out_check": ("as_of", "ask_now"),
    "monthly_snapshot": ("again",),
    "retention": ("destroy",),
    "relink_population": ("as_of", "take", "at_most_percent"),
}


def open_run(params: Mapping[str, Any], logical_date: datetime | None = None) -> str:
    """Open the night that ``params`` ask for (``extracts``, ``as_of``, ``source``); returns its run id.

    Without ``as_of`` it is the day of ``logical_date`` in London, so that a night that is made up for later
    is the night that it was; without either, today.
    """
    _only_known(params, "nightly_load")
    settings = _settings()
    run = opened.open_run(
        settings,
        extracts=Path(params.get("extracts") or settings.extracts),
        as_of=_night(params.get("as_of"), logical_date),
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
    """Write the run's page, and its summary to the log; raises unless everything was published."""
    from pipeline.summary import as_text, summarise

    run = _resume(run_id)
    with suppress(WsicError):  # a page that could not be written is in the ledger
        report_run(run)
    _log.info("%s", as_text(summarise(run.settings, run_id)))
    outcome.raise_unless_published(outcome.judge(run.ledger, run_id))


def ask_opt_outs(params: Mapping[str, Any], logical_date: datetime | None = None) -> bool:
    """Ask the national opt-out check where it is due, or ``params`` say ``ask_now``; whether it did."""
    _only_known(params, "opt_out_check")
    on, anyway = _night(params.get("as_of"), logical_date), bool(params.get("ask_now"))
    return opt_out_check.ask_if_due(_settings(), on=on, anyway=anyway) is not None


def collect_opt_outs(params: Mapping[str, Any], logical_date: datetime | None = None) -> int:
    """Take the answers out of the mailbox; how many files came."""
    _only_known(params, "opt_out_check")
    return opt_out_check.collect(_settings(), on=_night(params.get("as_of"), logical_date))


def apply_opt_outs(params: Mapping[str, Any], logical_date: datetime | None = None) -> None:
    """Take the newest reply into use; raises where none holds, or what is served heeds one that lapsed."""
    _only_known(params, "opt_out_check")
    settings, on = _settings(), _night(params.get("as_of"), logical_date)
    found = opt_out_check.standing(settings, opt_out_check.apply(settings, on=on), on=on)
    for reason in found.refused:
        _log.warning("%s", reason)
    opt_out_check.require_reply(found)
    _log.info("the reply of %s holds until %s", found.reply_on, found.lapses_on)


def keep_snapshots(params: Mapping[str, Any]) -> list[str]:
    """Keep what is served as its month's snapshots, where it has none; the products that got one."""
    _only_known(params, "monthly_snapshot")
    kept = snapshots.keep_snapshots(_settings(), again=bool(params.get("again")))
    return [snapshot.product for snapshot in kept]


def plan_retention(params: Mapping[str, Any]) -> dict[str, int]:
    """How many files of each kind are over their term today and kept by no hold; changes nothing."""
    _only_known(params, "retention")
    return {tally.kind: tally.files for tally in retention.plan(_settings(), on=_night(None))}


def destroy_over() -> dict[str, int]:
    """Destroy them; how many went, by kind."""
    return {tally.kind: tally.files for tally in retention.destroy(_settings(), on=_night(None))}


def relink(params: Mapping[str, Any], *, take: bool) -> dict[str, int]:
    """Link everybody from nothing and say what that changes; taken over only with ``take``, up to a limit."""
    _only_known(params, "relink_population")
    settings = _settings()
    as_of = date.fromisoformat(params["as_of"]) if params.get("as_of") else None
    at_most = float(params["at_most_percent"]) if take else None
    return asdict(relinking.relink(settings, as_of=as_of, take_at_most=at_most))


def tell_late(*, dag_id: str, hours: float) -> None:
    """Write an error to the log: a run is not at its end in time, and which steps of the ledger still run."""
    ledger = opened.open_ledger(load_settings())
    running = ledger.query(
        "select run_id, step, subject from step where outcome = 'running' order by started_at"
    )
    steps_now = [" ".join(filter(None, row.values())) for row in running]
    _log.error(
        "%s is not at its end %g hours after it was queued; working on: %s",
        dag_id, hours, "; ".join(steps_now) or "no step of the ledger",
    )  # fmt: skip


def _settings() -> Settings:
    """The deployment's settings, in a process that hands no key on to what it starts."""
    seal_process()
    return load_settings()


def _resume(run_id: str) -> opened.Run:
    """The run, in a process that hands no key on to what it starts."""
    seal_process()
    return opened.resume_run(run_id)


def _night(as_of: str | None, logical_date: datetime | None = None) -> date:
    return date.fromisoformat(as_of) if as_of else clock.day(logical_date or clock.moment())


def _only_known(params: Mapping[str, Any], dag_id: str) -> None:
    """Raises :class:`UsageError`, before anything is opened, on a name that the DAG does not have."""
    valid = PARAMS[dag_id]
    if unknown := sorted(set(params) - set(valid)):
        raise UsageError(f"{dag_id} has no param {', '.join(unknown)}; valid: {', '.join(valid)}")


def _known(name: str, valid: tuple[str, ...]) -> None:
    if name not in valid:
        raise UsageError(f"step {name!r} is not known; valid: {', '.join(valid)}")
