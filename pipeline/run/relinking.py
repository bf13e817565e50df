"""Linking everybody from nothing: what the rules of today change of the links, and taking that over.

For a new version of the rules, or a residue model trained anew: a night would link everybody by itself then,
and nobody would have seen before what that does. It is a run of its own that publishes nothing.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from pipeline import audit_log, identity, progress
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.identity import Relinked
from pipeline.ledger import Ledger
from pipeline.run.opened import open_ledger, open_run
from pipeline.run.outcome import close_run
from pipeline.run.step import recorded
from pipeline.settings import Settings

STEP = "relink"


def relink(settings: Settings, *, as_of: date | None = None, take_at_most: float | None = None) -> Relinked:
    """Link everybody anew as at ``as_of``, the day of the last linking if none is given; what that changes.

    With ``take_at_most`` (percent of the people before) the new links are taken over, in one transaction:
    raises :class:`ChecksRefusedError` where more people would change, and nothing is changed then. Raises
    :class:`UsageError` where nothing was ever linked, :class:`RunLockedError` while another run is alive.
    """
    as_of = as_of or _last_linked(open_ledger(settings))
    is_taken = take_at_most is not None
    run = open_run(settings, extracts=settings.extracts, as_of=as_of, held_by="process")
    try:
        with recorded(run.ledger, run_id=run.run_id, step=STEP):
            told: dict[str, audit_log.Detail] = {"run_id": run.run_id, "is_taken": is_taken}
            audit_log.append(settings, act="population_relinked", details=told)
            accept = None if take_at_most is None else lambda found: _require_few(found, take_at_most)
            progress.step("linking everybody anew")
            found = identity.relink(settings, run.ledger, run.run_id, as_of, accept=accept)
            run.ledger.put("relinking", [{"run_id": run.run_id, "is_taken": int(is_taken), **asdict(found)}])
    finally:
        close_run(run, when_nothing_published="relinked" if is_taken else "rehearsed")
    return found


def _require_few(found: Relinked, at_most: float) -> None:
    percent = 100 * found.share_changed
    if percent > at_most:
        raise ChecksRefusedError(
            f"{percent:.2f} % of people would change, more than {at_most:g} %: {found.people_merged} merged, "
            f"{found.people_split} split; nothing was changed; look at them, then allow as many"
        )


def _last_linked(ledger: Ledger) -> date:
    rows = ledger.query(
        "select max(r.as_of) as as_of from run as r where r.run_id in (select run_id from link)"
    )
    if rows[0]["as_of"] is None:
        raise UsageError("nothing was linked yet: run a night first")
    return date.fromisoformat(rows[0]["as_of"])
