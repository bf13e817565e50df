"""Versions of a product on disk: the swap, the list, rollback and pruning.

``current.duckdb`` is a symbolic link into ``versions/`` and is replaced in one step, so a reader
sees the old version or the new one, never less. It alone says what is served; the link of the
Parquet folder follows it, and is put right by the next command should a crash come between.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline import audit_log, least_privilege
from pipeline.clock import now
from pipeline.errors import ChecksRefusedError, UsageError, one_of
from pipeline.ledger import Ledger
from pipeline.publish.key_used import key_used, require_same_key
from pipeline.retention.schedule import is_version_held
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from pipeline.zones import Zones

_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One published version; ``published_at`` in UTC seconds since 1970, ``size`` in bytes."""

    product: str
    run_id: str
    path: Path
    size: int
    published_at: float
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of one product; ``group``: who may read it, every account of the machine if none."""

    root: Path
    group: str = ""

    @property
    def current(self) -> Path:
        """The link that is served."""
        return self.root / "current.duckdb"

    def database(self, run_id: str) -> Path:
        """The version of one run."""
        return self.root / "versions" / f"{run_id}.duckdb"

    def receipt(self, run_id: str) -> Path:
        """What the audit log said when the version was published."""
        return self.root / "versions" / f"{run_id}{audit_log.RECEIPT_SUFFIX}"

    def parquet(self, run_id: str) -> Path:
        """The version's tables as Parquet."""
        return self.root / "parquet" / run_id

    @property
    def snapshots(self) -> Path:
        """Links to the versions that are kept as those of their months."""
        return self.root / "snapshots"

    def held(self) -> frozenset[str]:
        """Run ids of the versions that a snapshot keeps."""
        return frozenset(link.readlink().stem for link in self.snapshots.glob("[!.]*.duckdb"))

    def new_database(self, run_id: str) -> Path:
        """Where the version is written before it is whole."""
        return self.root / "versions" / f".{run_id}{_PARTIAL}"

    def new_parquet(self, run_id: str) -> Path:
        """Where its Parquet is written before it is whole."""
        return self.root / "parquet" / f".{run_id}{_PARTIAL}"

    def served(self) -> str | None:
        """Run id of the version that is served."""
        return str(self.current.resolve().stem) if self.current.exists() else None

    def prepare(self) -> None:
        """Make the folders and clear away what a crash left half written."""
        for folder in (self.root, self.root / "versions", self.root / "parquet", self.snapshots):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)  # whatever the umask
        if self.group:
            least_privilege.share(self.root, least_privilege.find_group(self.group), least_privilege.READ)
        for name in ("versions", "parquet"):
            for left_over in (self.root / name).glob(f".*{_PARTIAL}*"):
                remove(left_over)
        self.settle()

    def settle(self) -> None:
        """Let the Parquet link follow the link that is served."""
        served = self.served()
        link = self.root / "parquet" / "current"
        if (
            served
            and self.parquet(served).is_dir()
            and (not link.is_symlink() or link.readlink() != Path(served))
        ):
            swap(link, Path(served))


def shelf(settings: Settings, product: str) -> Shelf:
    """The folder of ``product``; raises :class:`UsageError` for a product that is none."""
    known = (*PRODUCTS, OPEN_PRODUCT)
    if product not in known:
        raise UsageError(one_of("product", product, known))
    group = "" if product == OPEN_PRODUCT else getattr(settings, f"{product}_group")
    return Shelf(Zones(settings.home).published(product), group)


def swap(link: Path, target: Path) -> None:
    """Point ``link`` at ``target`` (relative to the link's folder) in one step, and make it last."""
    new = link.with_name(f".{link.name}{_PARTIAL}")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)
    flush(link.parent)


def put_in_place(new: Path, final: Path) -> None:
    """Rename a whole file or folder to its final name, in place of an earlier one of that name."""
    if final.is_dir():
        remove(final)
    new.replace(final)
    flush(final.parent)


def flush(path: Path) -> None:
    """Wait until the file's content, or the folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def list_versions(settings: Settings, product: str) -> list[Version]:
    """All versions that are kept, newest first."""
    place = shelf(settings, product)
    served = place.served()
    found = [
        Version(
            product=product,
            run_id=path.stem,
            path=path,
            size=path.stat().st_size,
            published_at=path.stat().st_mtime,
            is_current=path.stem == served,
        )
        for path in (place.root / "versions").glob("[!.]*.duckdb")
    ]
    return sorted(found, key=lambda version: (version.published_at, version.run_id), reverse=True)


def rollback(settings: Settings, ledger: Ledger, product: str, *, to: str | None = None) -> Version:
    """Serve an earlier version again: the one before the served one, or that of run ``to``.

    The version that was served stays on the shelf. Raises :class:`UsageError` where there is none
    to go back to, or where it was made under a key that a rotation retired, and
    :class:`ChecksRefusedError` where it may not be served any more.
    """
    place = shelf(settings, product)
    versions = list_versions(settings, product)
    served = place.served()
    if to is not None and key_used(ledger, to, product):  # withdrawn or not, the reason is said
        require_same_key(ledger, product, served=served, to=to)
    chosen = _chosen(versions, served, to, product)
    require_same_key(ledger, product, served=served, to=chosen.run_id)
    require_reply_holds(ledger, product, chosen.run_id)
    told = {"product": product, "to_run": chosen.run_id} | ({"from_run": served} if served else {})
    with audit_log.acting(settings, act="published_rolled_back", details=told):
        swap(place.current, Path("versions") / chosen.path.name)
        place.settle()
    message = f"rolled back from {served} to {chosen.run_id}"
    step = {"run_id": served or chosen.run_id, "step": "rollback", "subject": product, "started_at": now()}
    ledger.put("step", [{**step, "ended_at": now(), "outcome": "done", "message": message}])
    return next(version for version in list_versions(settings, product) if version.is_current)


def require_reply_holds(ledger: Ledger, product: str, run_id: str) -> None:
    """Raise :class:`ChecksRefusedError` where the opt-out reply that a version heeded has lapsed since.

    Results of the national check may be used for a time only: a version made with an older one would serve
    people who have objected since.
    """
    if reply_has_lapsed(ledger, product, run_id):
        raise ChecksRefusedError(
            f"{product}: version {run_id} heeds an opt-out reply that lapsed on "
            f"{reply_lapses_on(ledger, product, run_id)}, so it may not be served again; run a night instead"
        )


def reply_has_lapsed(ledger: Ledger, product: str, run_id: str) -> bool:
    """Whether the reply that a version heeds had lapsed on the newest day that a run was for."""
    lapses_on = reply_lapses_on(ledger, product, run_id)
    newest = ledger.query("select max(as_of) as as_of from run")[0]["as_of"]
    return lapses_on is not None and lapses_on.isoformat() < newest


def reply_lapses_on(ledger: Ledger, product: str, run_id: str) -> date | None:
    """The last day of the opt-out reply that the version of a run heeds; none where it heeds none.

    ``open`` is made from the ``secondary_use`` of its run.
    """
    rows = ledger.query(
        "select reply_lapses_on from objection_check where run_id = ? and product = ?",
        (run_id, "secondary_use" if product == OPEN_PRODUCT else product),
    )
    told = rows[0]["reply_lapses_on"] if rows else None
    return date.fromisoformat(told) if told else None


def _chosen(versions: list[Version], served: str | None, to: str | None, product: str) -> Version:
    ids = [version.run_id for version in versions]
    if to is not None:
        if to not in ids:
            raise UsageError(f"{product}: " + one_of("version", to, ids))
        return versions[ids.index(to)]
    older = versions[ids.index(served) + 1 :] if served in ids else versions
    if not older:
        raise UsageError(f"{product}: no earlier version is kept; kept: {', '.join(ids) or 'none'}")
    return older[0]


def prune(settings: Settings, product: str) -> None:
    """Keep the newest ``keep_versions`` versions; the served one and snapshots whatever their age.

    Where a legal hold keeps the versions of the product, all of them.
    """
    if is_version_held(settings, product):
        return
    place = shelf(settings, product)
    held = place.held()
    kept = [version for version in list_versions(settings, product) if version.run_id not in held]
    for version in kept[max(settings.keep_versions, 1) :]:
        if not version.is_current:
            withdraw(place, version.run_id)


def remove_version(settings: Settings, product: str, run_id: str) -> None:
    """Remove a version that is not served; raises :class:`UsageError` for one that is."""
    place = shelf(settings, product)
    if place.served() == run_id:
        raise UsageError(f"{product}: version {run_id} is being served; valid: one that is not")
    withdraw(place, run_id)


def withdraw(place: Shelf, run_id: str) -> None:
    """Take a version off the shelf, with all that lies beside it; it is no month's snapshot any more."""
    for link in place.snapshots.glob("[!.]*.duckdb"):
        if link.readlink().stem == run_id:
            remove(link)
    for path in (place.database(run_id), place.parquet(run_id), place.receipt(run_id)):
        remove(path)
