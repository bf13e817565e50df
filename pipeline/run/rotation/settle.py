"""Bringing a rotation to its end, also one that a crash cut short: all new if it is served, else all old.

What is served decides, and nothing else: the exchange of the shelves is the one moment at which a product
changes its key. Every command that takes the lock calls this first.
"""

from __future__ import annotations

from pipeline import identity, keys, publish
from pipeline.clock import now
from pipeline.ledger import Ledger
from pipeline.run.rotation import staging
from pipeline.settings import Settings


def settle_rotations(settings: Settings, ledger: Ledger) -> None:
    """End every rotation that is under way; to be called by the holder of the lock, as often as it likes.

    Another root is in use from the moment that the register names it; what belongs to it is put in place.

    Finished: what was made under the old key is destroyed, with the salt of that key. Abandoned: what was
    made under the new one is.
    """
    identity.settle_vault(settings, keys.load_keys(settings))
    keys.settle_root(settings)
    for product, run_id in keys.pending_runs(settings).items():
        is_served = publish.shelf(settings, product).served() == run_id
        if is_served:
            staging.put_in_place(settings, product)
            publish.record(ledger, run_id, product, "published", "made again under a new key")
        _note(ledger, run_id, is_served=is_served)
        staging.clear(settings)
        keys.settle_rotation(settings, product)  # the last step: until then all this is done again
    staging.clear(settings)


def _note(ledger: Ledger, run_id: str, *, is_served: bool) -> None:
    refused = ledger.query("select 1 from step where run_id = ? and outcome = 'refused'", (run_id,))
    outcome = "published" if is_served else "refused" if refused else "failed"
    with ledger.transaction() as connection:
        connection.execute(
            "update run set outcome = ?, ended_at = ? where run_id = ?", (outcome, now(), run_id)
        )
        connection.execute(
            "update step set outcome = ?, ended_at = ?, exit_code = ?, message = 'the process died' "
            "where run_id = ? and outcome = 'running'",
            ("failed", now(), 1, run_id),
        )
        connection.execute(
            "update key_rotation set outcome = ? where run_id = ?",
            ("rotated" if is_served else "abandoned", run_id),
        )
