"""Undoing a night: the links of a run and of every later one, and the products that were made of them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline import audit_log, identity, publish
from pipeline.clock import now
from pipeline.errors import UsageError
from pipeline.ledger import Ledger
from pipeline.run import lock
from pipeline.run.opened import open_ledger
from pipeline.run.rotation.settle import settle_rotations
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings

STEP = "rollback_links"


@dataclass(frozen=True, slots=True)
class Rollback:
    """The runs undone, oldest first; whose links stand again; product -> the run that is served now."""

    undone: tuple[str, ...]
    back_to: str | None
    served: dict[str, str]


def rollback_links(settings: Settings, run_id: str) -> Rollback:
    """Undo the links of ``run_id`` and later runs, and serve the products' versions from before it.

    Raises :class:`UsageError` for a run that did not link, or where a product has no earlier version to
    go back to (``wsic publish list``); nothing is changed then.
    """
    ledger = open_ledger(settings)
    with lock.held(settings, ledger, doing=f"rollback of the links of {run_id}"):
        settle_rotations(settings, ledger)
        undone_links = identity.runs_without_links(settings, run_id)
        targets = _targets(settings, ledger, undone_links | _rekeyed(ledger, undone_links))
        with audit_log.acting(settings, act="links_rolled_back", details={"run_id": run_id}):
            undone = identity.rollback_links(settings, run_id)
        for product, target in targets.items():
            publish.rollback(settings, ledger, product, to=target)
        _note(ledger, undone.run_ids, undone.back_to)
    return Rollback(undone.run_ids, undone.back_to, targets)


def _targets(settings: Settings, ledger: Ledger, undone: frozenset[str]) -> dict[str, str]:
    """For each product whose served version was made by an undone run: the newest version that was not.

    ``undone`` are the runs to be undone now and those undone before.
    """
    targets = {}
    for product in (*PRODUCTS, OPEN_PRODUCT):
        versions = publish.list_versions(settings, product)
        served = next((version.run_id for version in versions if version.is_current), None)
        if served not in undone:
            continue
        before = [version.run_id for version in versions if version.run_id not in undone]
        if not before:
            raise UsageError(
                f"{product}: every version kept was made by a run to be undone, so none could be served; "
                "valid: a later run"
            )
        publish.require_reply_holds(ledger, product, before[0])
        targets[product] = before[0]
    return targets


def _rekeyed(ledger: Ledger, undone: frozenset[str]) -> frozenset[str]:
    """The runs that made the products of ``undone`` runs again, under another key."""
    rows = ledger.query("select run_id, base_run_id from key_rotation")
    return frozenset(row["run_id"] for row in rows if row["base_run_id"] in undone)


def _note(ledger: Ledger, undone: tuple[str, ...], back_to: str | None) -> None:
    """The ledger says of each run that its links are undone, and counts them no more."""
    message = f"links undone; those of {back_to or 'no run'} stand again"
    rows = [
        {
            "run_id": run_id, "step": STEP, "subject": "", "started_at": now(), "ended_at": now(),
            "outcome": "done", "message": message,
        }
        for run_id in undone
    ]  # fmt: skip
    ledger.put("step", rows)
    with ledger.transaction() as transaction:
        for table in ("link", "link_contradiction"):
            transaction.executemany(f"delete from {table} where run_id = ?", [(run_id,) for run_id in undone])
