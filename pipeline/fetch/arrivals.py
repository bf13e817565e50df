"""What became of every message and file that is fetched: in the ledger before it is asked for.

So that a crash anywhere loses none and takes none twice: a message is known by its id, a file by its path
and by what tells its content from an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.ledger import Ledger

LISTED, FETCHING, DELIVERED, ACKNOWLEDGED, MOVED = (
    "listed",
    "fetching",
    "delivered",
    "acknowledged",
    "moved",
)
UNCHANGED, WAITING, LEFT, REFUSED, GONE, REPORTED = (
    "unchanged",
    "waiting",
    "left",
    "refused",
    "gone",
    "reported",
)
TAKEN = (DELIVERED, ACKNOWLEDGED, MOVED, UNCHANGED, REPORTED)
"""States of what need not be asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message or file as the ledger has it; ``safe_size``: bytes of it that are on the disk for
    certain."""

    remote_id: str
    version: str
    state: str
    safe_size: int
    sha256: str
    extract_date: str
    found_at: datetime
    changed_at: datetime


class Arrivals:
    """Those of one place."""

    def __init__(self, ledger: Ledger, place: str) -> None:
        self._ledger = ledger
        self._place = place

    def known(self) -> dict[tuple[str, str], Arrival]:
        """All of them, by remote id and version."""
        rows = self._ledger.query("select * from fetched_file where place = ?", (self._place,))
        return {(row["remote_id"], row["version"]): _arrival(row) for row in rows}

    def list(self, found: Iterable[tuple[str, str]], at: datetime) -> None:
        """Note remote ids and versions that are there; those that are known stay as they are."""
        rows = [(self._place, *one, LISTED, at.isoformat(), at.isoformat()) for one in found]
        if not rows:
            return
        with self._ledger.transaction() as connection:
            connection.executemany(
                "insert or ignore into fetched_file (place, remote_id, version, state, found_at, changed_at) "
                "values (?, ?, ?, ?, ?, ?)",
                rows,
            )

    def note(self, remote_id: str, version: str, *, at: datetime, **changed: str | int | None) -> None:
        """Change columns of one."""
        row = {**changed, "changed_at": at.isoformat()}
        names = ", ".join(f"{name} = :{name}" for name in row)
        with self._ledger.transaction() as connection:
            connection.execute(
                f"update fetched_file set {names} "
                "where place = :place and remote_id = :remote_id and version = :version",
                {**row, "place": self._place, "remote_id": remote_id, "version": version},
            )

    def note_fetching(self, remote_id: str, version: str, *, at: datetime, feed: str = "") -> None:
        """One is about to be asked for."""
        with self._ledger.transaction() as connection:
            connection.execute(
                "update fetched_file set state = ?, attempts = attempts + 1, feed = ?, reason = '', "
                "changed_at = ? where place = ? and remote_id = ? and version = ?",
                (FETCHING, feed, at.isoformat(), self._place, remote_id, version),
            )


def list_arrivals(ledger: Ledger, *, feed: str = "", state: str = "") -> list[dict[str, Any]]:
    """Messages and files that were fetched or left, newest first; of one feed or state where that is
    named."""
    return ledger.query(
        """select place, feed, remote_id, state, reason, extract_date, file_name, size, attempts,
            substr(found_at, 1, 19) as found_at, substr(changed_at, 1, 19) as changed_at
        from fetched_file where (feed = :feed or :feed = '') and (state = :state or :state = '')
        order by found_at desc, place, remote_id, version""",
        {"feed": feed, "state": state},
    )


def _arrival(row: dict[str, Any]) -> Arrival:
    return Arrival(
        remote_id=row["remote_id"], version=row["version"], state=row["state"], safe_size=row["safe_size"],
        sha256=row["sha256"], extract_date=row["extract_date"],
        found_at=datetime.fromisoformat(row["found_at"]),
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )  # fmt: skip
