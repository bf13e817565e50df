"""Snapshots: the first version of a month, kept on the shelf beyond the newest few.

``snapshots/<YYYY-MM>.duckdb`` is a symbolic link to a version, which pruning leaves alone as long as the link
is there. A version that is withdrawn (a deletion, consent withdrawn, a key rotated) takes its link along. The
links say what is kept; the ledger's ``snapshot`` says what was.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.clock import now
from pipeline.ledger import Ledger
from pipeline.publish.versions import prune, reply_has_lapsed, shelf, swap
from pipeline.settings import Settings

LAPSING = ("secondary_use",)  # what heeds the national check person by person; open holds counts only


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The version of ``run_id`` as that of a month (``YYYY-MM``, of the night that it is about)."""

    product: str
    month: str
    run_id: str
    path: Path


def list_snapshots(settings: Settings, product: str) -> list[Snapshot]:
    """The snapshots that are kept, newest month first."""
    links = sorted(shelf(settings, product).snapshots.glob("[!.]*.duckdb"), reverse=True)
    return [
        Snapshot(product=product, month=link.stem, run_id=link.readlink().stem, path=link) for link in links
    ]


def snapshot_due(settings: Settings, ledger: Ledger, product: str, *, again: bool = False) -> Snapshot | None:
    """The snapshot that the served version would be: none where nothing is served or its month has one.

    With ``again`` the served version is to take the place of the one that its month has.
    """
    place = shelf(settings, product)
    served = place.served()
    rows = ledger.query("select as_of from run where run_id = ?", (served,)) if served else []
    if not served or not rows or _may_not_stay(ledger, product, served):
        return None
    month = str(rows[0]["as_of"])[:7]
    link = place.snapshots / f"{month}.duckdb"
    has_one = link.is_symlink() and (not again or link.readlink().stem == served)
    return None if has_one else Snapshot(product=product, month=month, run_id=served, path=link)


def keep_snapshot(settings: Settings, ledger: Ledger, snapshot: Snapshot) -> None:
    """Link the version as the snapshot of its month, and note it in the ledger."""
    place = shelf(settings, snapshot.product)
    place.prepare()
    swap(snapshot.path, Path("..") / "versions" / f"{snapshot.run_id}.duckdb")
    row = {"product": snapshot.product, "month": snapshot.month, "run_id": snapshot.run_id, "kept_at": now()}
    ledger.put("snapshot", [row])


def let_go_lapsed(settings: Settings, ledger: Ledger) -> list[Snapshot]:
    """Let go of snapshots that heed an opt-out reply that has lapsed since.

    Who has objected since would be in them. Their versions are pruned as any other; returns what went.
    """
    gone = []
    for product in LAPSING:
        for snapshot in list_snapshots(settings, product):
            if _may_not_stay(ledger, product, snapshot.run_id):
                snapshot.path.unlink()
                gone.append(snapshot)
        prune(settings, product)
    return gone


def _may_not_stay(ledger: Ledger, product: str, run_id: str) -> bool:
    return product in LAPSING and reply_has_lapsed(ledger, product, run_id)
