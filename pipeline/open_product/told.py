"""What each release of the open product told the world, kept for good: the shelf forgets, readers do not.

Versions are taken off the shelf (to keep few of them, by a withdrawal, by a hand), and whoever took them has
them still. So of every release the cells that no release before it told alike are kept as Parquet in the
private zone ``audit``, before it is served. The ledger has each file's digest and number, the audit log the
digest too, with the publication. What is not there, or not as it was, refuses the next release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline import audit_log
from pipeline.clock import now
from pipeline.duck import connect, literal
from pipeline.errors import ChecksRefusedError
from pipeline.ledger import Ledger
from pipeline.open_product.form import RELEASED, lacking
from pipeline.publish.versions import flush, put_in_place, shelf
from pipeline.settings import OPEN_PRODUCT, Settings
from pipeline.zones import Zones

DETAIL = "cells_sha256"  # in the audit log's entry of the publication
_TOLD = Path(__file__).with_name("told.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Kept:
    """The cells that the release of ``run_id`` added; ``number`` counts all of them from 1 on."""

    number: int
    run_id: str
    sha256: str
    path: Path


def folder(settings: Settings) -> Path:
    """Where the cells lie; nobody but the pipeline's account may look into it."""
    return Zones(settings.home).audit / "released"


def kept(settings: Settings, ledger: Ledger) -> list[Kept]:
    """The cells of all releases in their order, each as it was kept.

    Raises :class:`ChecksRefusedError` where a file is gone, or is not what ledger and audit log have of it.
    """
    rows = ledger.query("select number, run_id, sha256 from released_cells order by number")
    found = [Kept(path=_path(settings, row["number"]), **row) for row in rows]
    logged = _logged(settings, DETAIL)
    for place, each in enumerate(found, start=1):
        if each.number != place:
            raise _not_as_kept(_path(settings, place), f"number {place}", "its row in the ledger is gone")
        if not each.path.exists():
            raise _not_as_kept(each.path, each.run_id, "the file is gone")
        if each.sha256 != audit_log.file_sha256(each.path):
            raise _not_as_kept(each.path, each.run_id, "the file was changed")
        if each.run_id in logged and each.sha256 not in logged[each.run_id]:
            raise _not_as_kept(each.path, each.run_id, "the audit log has another digest of it")
    return found


def not_kept(settings: Settings, ledger: Ledger) -> dict[str, Path]:
    """By run, the versions of releases that ledger, audit log or shelf know and whose cells are not kept.

    Homes of before cells were kept have such. Raises :class:`ChecksRefusedError` where the version is gone
    too, or is not the file that was published: then nobody can say what the release told.
    """
    place, logged = shelf(settings, OPEN_PRODUCT), _logged(settings, "file_sha256")
    published = "select run_id from publication where product = ? and outcome = 'published'"
    known = {row["run_id"] for row in ledger.query(published, (OPEN_PRODUCT,))} | logged.keys()
    known |= {path.stem for path in (place.root / "versions").glob("[!.]*.duckdb")}
    known -= {row["run_id"] for row in ledger.query("select run_id from released_cells")}
    known -= set(settings.releases_lost.split())
    for run_id in sorted(known):
        if not place.database(run_id).exists():
            raise _unknown(place.database(run_id), run_id, "is not there")
        if run_id in logged and audit_log.file_sha256(place.database(run_id)) not in logged[run_id]:
            raise _unknown(place.database(run_id), run_id, "is not the file that the audit log has")
    return {run_id: place.database(run_id) for run_id in sorted(known)}


def keep(settings: Settings, ledger: Ledger, run_id: str, *, release: Path, source: Path) -> str:
    """Keep what the database ``release`` of ``run_id`` tells and none before told; returns the file's digest.

    ``source`` is the ``secondary_use`` whose metrics say which measures stand behind the figures. Raises
    :class:`ChecksRefusedError` where the cells of an earlier release are not there.
    """
    before = kept(settings, ledger)
    path = _path(settings, len(before) + 1)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    new = path.with_suffix(".partial")
    connection = connect(settings)
    try:
        write_cells(connection, new, release=release, source=source, before=[each.path for each in before])
    finally:
        connection.close()
    new.chmod(0o600)
    flush(new)
    put_in_place(new, path)
    digest = audit_log.file_sha256(path)
    row = {"number": len(before) + 1, "run_id": run_id, "sha256": digest, "kept_at": now()}
    ledger.put("released_cells", [row])
    return digest


def write_cells(
    connection: duckdb.DuckDBPyConnection, path: Path, *, release: Path, source: Path,
    before: Sequence[Path] = (),
) -> None:  # fmt: skip
    """Write as Parquet what ``release`` tells and none of the files ``before`` has.

    Raises :class:`ChecksRefusedError` for a release of an older form, which cannot be compared with.
    """
    connection.execute(f"attach {literal(source)} as source (read_only)")
    connection.execute(f"attach {literal(release)} as release (read_only)")
    if absent := lacking(connection, "release", RELEASED):
        raise _unknown(release, release.stem, f"was made by earlier code, without {', '.join(absent)}")
    connection.execute("use source")
    known = f" except {read_cells(before)}" if before else ""
    connection.execute(f"copy (from ({_TOLD}){known} order by all) to {literal(path)} (format parquet)")
    connection.execute("use memory; detach source; detach release")


def read_cells(paths: Sequence[Path]) -> str:
    """SQL of what the files tell together."""
    return f"from read_parquet([{', '.join(literal(path) for path in paths)}])"


def _path(settings: Settings, number: int) -> Path:
    return folder(settings) / f"{number:06d}.parquet"


def _logged(settings: Settings, detail: str) -> Mapping[str, set[str]]:
    """By run, what the audit log has of its publications of the open product."""
    found: dict[str, set[str]] = {}
    for entry in audit_log.entries(settings, act="product_published"):
        told = entry.details
        if told.get("product") == OPEN_PRODUCT and detail in told:
            found.setdefault(str(told["run_id"]), set()).add(str(told[detail]))
    return found


def _not_as_kept(path: Path, of: str, what: str) -> ChecksRefusedError:
    return ChecksRefusedError(
        f"{OPEN_PRODUCT}: what release {of} showed is not kept as it was ({path}: {what}), so nothing can be "
        "compared with it, and whoever took it has it still; valid: audit/ put back from a backup"
    )


def _unknown(path: Path, run_id: str, what: str) -> ChecksRefusedError:
    return ChecksRefusedError(
        f"{OPEN_PRODUCT}: release {run_id} was published, its cells are not kept, and its version {path} "
        f"{what}, so nothing can be compared with it; valid: that version put back from a backup, or, where "
        f"it is lost, WSIC_RELEASES_LOST={run_id}, which the audit log will have"
    )
