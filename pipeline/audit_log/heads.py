"""Copies of the log's head in the ledger: they tell a log that was cut, replaced or written around."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipeline.audit_log.entry import Entry
from pipeline.errors import ChecksRefusedError, SetupError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

VERIFY = "nothing is done until `wsic audit verify` is seen to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head after one entry, as the ledger knows it."""

    log_id: str
    number: int
    hash: str
    is_sealed: bool
    is_late: bool


@contextmanager
def opened(settings: Settings) -> Iterator[Ledger]:
    """The deployment's ledger; raises :class:`SetupError` where it cannot be used."""
    try:
        yield Ledger(Zones(settings.home).create().audit / "ledger.sqlite")
    except (sqlite3.Error, OSError) as error:
        raise SetupError(
            f"the ledger cannot be written ({type(error).__name__}), so the audit log's head is not kept"
        ) from None


def all_heads(ledger: Ledger) -> list[Head]:
    """Every head, in the order that they were noted in."""
    statement = "select log_id, number, hash, is_sealed, is_late from audit_head order by rowid"
    return [_head(row) for row in ledger.query(statement)]


def latest(ledger: Ledger) -> Head | None:
    """The head that was noted last."""
    statement = "select log_id, number, hash, is_sealed, is_late from audit_head order by rowid desc limit 1"
    return next((_head(row) for row in ledger.query(statement)), None)


def note(ledger: Ledger, log_id: str, entry: Entry, *, is_late: bool = False) -> None:
    """Keep the head after ``entry``."""
    row = {"log_id": log_id, "number": entry.number, "hash": entry.hash, "at": entry.at}
    ledger.put("audit_head", [{**row, "is_late": int(is_late)}])


def mark_sealed(ledger: Ledger, log_id: str, number: int) -> None:
    """A signed checkpoint was made after that entry."""
    with ledger.transaction() as connection:
        statement = "update audit_head set is_sealed = 1 where log_id = ? and number = ?"
        connection.execute(statement, (log_id, number))


def require_known(ledger: Ledger, log_id: str, last: Entry) -> None:
    """Raise :class:`ChecksRefusedError` unless ``last`` is the entry that the ledger knows as the last.

    A crash can come between an entry and its head: then the head is noted now, and marked as late.
    """
    head = latest(ledger)
    if head is not None and head.log_id != log_id:
        raise ChecksRefusedError(f"another audit log lies in the place of this deployment's; {VERIFY}")
    if head is not None and head.number > last.number:
        raise ChecksRefusedError(
            f"the audit log ends at entry {last.number}, the ledger knows {head.number}: it was cut; {VERIFY}"
        )
    if head is None or head.number < last.number:
        note(ledger, log_id, last, is_late=True)
    elif head.hash != last.hash:
        raise ChecksRefusedError(
            f"entry {last.number} of the audit log is not the one that was written; {VERIFY}"
        )


def _head(row: dict[str, object]) -> Head:
    return Head(
        log_id=str(row["log_id"]), number=int(str(row["number"])), hash=str(row["hash"]),
        is_sealed=bool(row["is_sealed"]), is_late=bool(row["is_late"]),
    )  # fmt: skip
