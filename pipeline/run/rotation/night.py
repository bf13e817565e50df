"""The night that a rotation makes again: the last one, with what the ledger says of its files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline import publish
from pipeline.errors import UsageError
from pipeline.ledger import Ledger
from pipeline.settings import Settings

# Rows about files, feeds and links hold for every product, and are as true of the night made again.
_CARRIED = {"feed": "", "file_seen": "", "stage": " and product = ''", "link": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The run whose landed and linked records are served, and the version's run, which may be a rotation."""

    run_id: str
    served: str
    as_of: date
    extracts: Path


def last_night(settings: Settings, ledger: Ledger, product: str) -> Night:
    """The night behind the served version of ``product``.

    Raises :class:`UsageError` where nothing is served, or where a later run has landed or linked anything:
    the product would then not be made again as it is.
    """
    served = publish.shelf(settings, product).served()
    if served is None:
        raise UsageError(f"{product}: nothing is published yet, so there is no pseudonym to replace")
    base = ledger.query(
        "select coalesce((select base_run_id from key_rotation where run_id = :served), :served) as run_id",
        {"served": served},
    )[0]["run_id"]
    latest = ledger.query(
        "select run_id, as_of, extracts from run where run_id not in (select run_id from key_rotation) "
        "order by started_at desc, run_id desc limit 1"
    )
    if not latest or latest[0]["run_id"] != base:
        since = latest[0]["run_id"] if latest else "none"
        raise UsageError(
            f"{product}: the served version is of run {base}, and the latest run is {since}; "
            "valid: rotate after a night that published the product (wsic run)"
        )
    _require_links(ledger, base, product)
    row = latest[0]
    return Night(
        run_id=base, served=served, as_of=date.fromisoformat(row["as_of"]), extracts=Path(row["extracts"])
    )


def carry(ledger: Ledger, night: Night, *, run_id: str) -> None:
    """Give the run of the rotation the night's rows about files, feeds and links."""
    with ledger.transaction() as connection:
        for table, only in _CARRIED.items():
            names = [row[1] for row in connection.execute(f"pragma table_info({table})")]
            listed = ", ".join(name for name in names if name != "run_id")
            connection.execute(
                f"insert or replace into {table} (run_id, {listed}) "
                f"select ?, {listed} from {table} where run_id = ?{only}",
                (run_id, night.run_id),
            )


def _require_links(ledger: Ledger, run_id: str, product: str) -> None:
    undone = "select 1 from step where run_id = ? and step = 'rollback_links'"
    if ledger.query(undone, (run_id,)):
        raise UsageError(f"{product}: the links of run {run_id} were undone; load a night first (wsic run)")
