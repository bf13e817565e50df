"""The step ``link``: every Patient is standardised, traced to a person, and kept in the index."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from pipeline.duck import literal, values_hidden
from pipeline.errors import SetupError
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.standardise import standardise
from pipeline.identity.trace import build_index, trace
from pipeline.identity.vault import open_vault
from pipeline.keys import PERSON_ID, load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

_KEEP = Path(__file__).with_name("link.sql")
_FOUND = Path(__file__).with_name("founding.sql")
_EVERYBODY = """
create or replace temp view record_known as from identity_record;
create or replace temp view record_to_trace as from identity_record;
create or replace temp table number_wanted as
select distinct traceable_number as nhs_number from identity_record where traceable_number is not null;
"""
LINK_COLUMNS = (
    "source",
    "sender",
    "record_id",
    "person_id",
    "link_step",
    "link_confidence",
    "nhs_number_outcome",
)


@dataclass(frozen=True, slots=True)
class LinkCount:
    """Records and people of one sender that one step linked."""

    source: str
    sender: str
    link_step: str
    records: int
    people: int


@dataclass(frozen=True, slots=True)
class LinkSummary:
    """What linking did: every Patient record has exactly one person."""

    records: int
    people: int
    steps: tuple[LinkCount, ...]


def link(settings: Settings, ledger: Ledger, run_id: str, as_of: date) -> LinkSummary:
    """Link all landed Patient records as at ``as_of``; the same records give the same links, whenever run.

    Writes the vault's index and ``identity/links.parquet`` (:data:`LINK_COLUMNS`), and counts into
    the ledger. Raises :class:`SetupError` for a wrong key.
    """
    keys = load_keys(settings)
    with open_vault(settings, keys) as connection, values_hidden("linking"):
        standardise(connection, settings, as_of)
        connection.execute(_EVERYBODY)
        build_index(connection)
        connection.execute("create or replace temp view person_index as from index_built")
        trace(connection)
        with keyed(connection, keys.key(PERSON_ID)):
            connection.execute(_FOUND.read_text(encoding="utf-8"))
        connection.execute("set variable run_id = ?", [run_id])
        connection.execute("begin")
        connection.execute(_KEEP.read_text(encoding="utf-8"))
        connection.execute("commit")
        _write_links(connection, links_path(settings))
        summary = _summarise(connection)
    _record(ledger, run_id, summary)
    return summary


def links_path(settings: Settings) -> Path:
    """The link table, in the identity zone."""
    return Zones(settings.home).identity / "links.parquet"


def export_links(settings: Settings, path: Path) -> int:
    """Write the whole link table to ``path`` as Parquet, for those allowed in the identity zone.

    Columns: :data:`LINK_COLUMNS`, then strict_person_id and loose_person_id, which are equal to
    person_id as long as one threshold is in use. Returns the number of records.
    """
    links = links_path(settings)
    if not links.exists():
        raise SetupError("there is no link table yet: run a night first")
    with (
        open_vault(settings, load_keys(settings), read_only=True) as connection,
        values_hidden("exporting links"),
    ):
        query = (
            f"select {', '.join(LINK_COLUMNS)}, person_id as strict_person_id, person_id as loose_person_id "
            f"from read_parquet({literal(links)}) order by source, sender, record_id"
        )
        write_parquet(connection, query, path)
        return _count(connection, f"select count(*) from read_parquet({literal(path)})")


def write_parquet(connection: DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of ``query`` to ``path`` (mode 0600) whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        connection.execute(f"copy ({query}) to {literal(fresh)} (format parquet, compression zstd)")
        fresh.chmod(0o600)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _write_links(connection: DuckDBPyConnection, path: Path) -> None:
    columns = ", ".join(LINK_COLUMNS)
    write_parquet(connection, f"select {columns} from vault.record order by source, sender, record_id", path)


def _summarise(connection: DuckDBPyConnection) -> LinkSummary:
    rows = connection.execute(
        "select source, sender, link_step, count(*), count(distinct person_id) from vault.record "
        "group by all order by all"
    ).fetchall()
    records = _count(connection, "select count(*) from vault.record")
    people = _count(connection, "select count(distinct person_id) from vault.record")
    return LinkSummary(records, people, tuple(LinkCount(*row) for row in rows))


def _count(connection: DuckDBPyConnection, query: str) -> int:
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _record(ledger: Ledger, run_id: str, summary: LinkSummary) -> None:
    """Counts of this run, replacing those of an earlier attempt at it."""
    with ledger.transaction() as transaction:
        transaction.execute("delete from link where run_id = ?", [run_id])
        transaction.executemany(
            "insert into link (run_id, source, sender, link_step, records, people) values (?, ?, ?, ?, ?, ?)",
            [(run_id, c.source, c.sender, c.link_step, c.records, c.people) for c in summary.steps],
        )
