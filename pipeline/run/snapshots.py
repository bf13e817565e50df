"""A month's snapshot of each product: the first version of a month, kept beyond the newest few."""

from __future__ import annotations

from pipeline import audit_log, publish
from pipeline.run import lock
from pipeline.run.opened import open_ledger
from pipeline.run.rotation.settle import settle_rotations
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings


def keep_snapshots(settings: Settings, *, again: bool = False) -> list[publish.Snapshot]:
    """Keep what is served of each product as its month's snapshot, where it has none; returns what is new.

    The month is that of the night that the version is about. ``again`` puts what is served in the place of a
    snapshot that its month has. Those that heed an opt-out reply that has lapsed are let go. Raises
    :class:`RunLockedError` while a run is alive.
    """
    ledger = open_ledger(settings)
    with lock.held(settings, ledger, doing="monthly snapshot"):
        settle_rotations(settings, ledger)
        due = [
            publish.snapshot_due(settings, ledger, product, again=again)
            for product in (*PRODUCTS, OPEN_PRODUCT)
        ]
        new = [snapshot for snapshot in due if snapshot is not None]
        for snapshot in new:
            told: dict[str, audit_log.Detail] = {
                "product": snapshot.product, "run_id": snapshot.run_id, "month": snapshot.month
            }  # fmt: skip
            with audit_log.acting(settings, act="snapshot_kept", details=told):
                publish.keep_snapshot(settings, ledger, snapshot)
        publish.let_go_lapsed(settings, ledger)
    return new
