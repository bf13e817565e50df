"""The step ``link``: what changed since last night is traced and linked, and every person keeps its id."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from pipeline import progress
from pipeline.duck import literal, values_hidden
from pipeline.errors import SetupError
from pipeline.identity import person_index
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.person_index.rollback import Undone, runs_undone_by, undo
from pipeline.identity.vault import open_vault
from pipeline.keys import PERSON_ID, KeyRing, load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings

# The link table: strict and loose are the person at the other two thresholds, the probabilities those of a
# link that is wrong (null for a step without a score) and of one that is missing, the code that of the Master
# Person Service's trace (null where a person overruled it).
LINKS = """
select
    source, sender, record_id, person_id, link_step, link_confidence, nhs_number_outcome,
    coalesce(strict_person_id, person_id) as strict_person_id,
    coalesce(loose_person_id, person_id) as loose_person_id,
    probability_false, probability_missed, code
from vault.record
order by source, sender, record_id
"""


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
    """What linking did: every Patient record has exactly one person.

    ``contradictions``: decisions of people that the links could not obey, by reason
    (:data:`pipeline.identity.decisions.queue.REASONS`); they head the review queue.
    """

    records: int
    people: int
    steps: tuple[LinkCount, ...]
    contradictions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relinked:
    """What linking everybody anew changes: of the people before, those who are ``kept`` have the same
    records; ``merged`` are people after who have records of several, ``split`` people before whose records
    are now several people's. ``records_moved`` belong to another person than before."""

    records: int
    people_before: int
    people_after: int
    people_kept: int
    people_merged: int
    people_split: int
    records_moved: int

    @property
    def share_changed(self) -> float:
        """Of the people before, the share that is not kept."""
        return 1 - self.people_kept / self.people_before if self.people_before else 0.0


Accept = Callable[[Relinked], None]


def link(settings: Settings, ledger: Ledger, run_id: str, as_of: date) -> LinkSummary:
    """Link all landed Patient records as at ``as_of``, looking only at what changed since the last linking.

    The same records and decisions give the same links, whenever and in how many nights they came; ids
    of persons last. Writes the vault, and counts into the ledger. Raises :class:`SetupError` for a wrong
    key or a damaged vault, which is left as it is.
    """
    keys = load_keys(settings)
    with open_vault(settings, keys) as connection, values_hidden("linking"):
        night = person_index.begin(connection, settings, run_id=run_id, as_of=as_of)
        _find_links(connection, night, keys)
        person_index.keep(connection, night)
        summary = _summarise(connection)
    record_counts(ledger, run_id, summary)
    return summary


def relink(
    settings: Settings, ledger: Ledger, run_id: str, as_of: date, *, accept: Accept | None = None
) -> Relinked:
    """Link everybody from nothing by the rules of today, and count what that changes.

    Without ``accept`` the links that stand are left as they are. With it, it is given the counts and raises
    where they may not be taken; else the new links take the place of the old ones, in one transaction, as
    those of a night do: :func:`rollback_links` undoes them. Raises as :func:`link` does.
    """
    keys = load_keys(settings)
    with open_vault(settings, keys) as connection, values_hidden("linking anew"):
        night = person_index.begin(connection, settings, run_id=run_id, as_of=as_of, from_nothing=True)
        _find_links(connection, night, keys)
        found = Relinked(**person_index.compare_with_before(connection))
        if accept is None:
            return found
        accept(found)
        person_index.keep(connection, night)
        summary = _summarise(connection)
    record_counts(ledger, run_id, summary)
    return found


def _find_links(connection: DuckDBPyConnection, night: person_index.Night, keys: KeyRing) -> None:
    """Everything that :func:`person_index.keep` writes, in temporary tables."""
    begun: tuple[Callable[[], object], ...] = (
        lambda: person_index.find_changes(connection, night),
        lambda: person_index.build_changed_index(connection),
        lambda: person_index.trace_changed(connection),
        lambda: person_index.link_residue(connection, night),
    )
    for step in progress.counted(begun, "parts of linking"):
        step()
    with keyed(connection, keys.key(PERSON_ID)):
        person_index.assign_persons(connection)


def rollback_links(settings: Settings, run_id: str) -> Undone:
    """Undo the links of ``run_id`` and of every later run: the vault as before it.

    Raises :class:`UsageError` for a run that did not link or is too long ago.
    """
    with open_vault(settings, load_keys(settings)) as connection, values_hidden("undoing links"):
        return undo(connection, run_id)


def runs_without_links(settings: Settings, run_id: str) -> frozenset[str]:
    """The runs that no link would stand of once ``run_id`` is undone; raises as :func:`rollback_links`."""
    with (
        open_vault(settings, load_keys(settings), read_only=True) as connection,
        values_hidden("undoing links"),
    ):
        return runs_undone_by(connection, run_id)


def export_links(settings: Settings, path: Path) -> int:
    """Write the whole link table (:data:`LINKS`) to ``path``, for those allowed in the identity zone.

    Returns the number of records. Raises :class:`SetupError` where nothing was ever linked.
    """
    with (
        open_vault(settings, load_keys(settings), read_only=True) as connection,
        values_hidden("exporting links"),
    ):
        if not _count(connection, "select count(*) from vault.linking where not is_rolled_back"):
            raise SetupError("there is no link table yet: run a night first")
        write_parquet(connection, LINKS, path)
        return _count(connection, "select count(*) from vault.record")


def write_parquet(connection: DuckDBPyConnection, query: str, path: Path, *, state: str = "") -> None:
    """Write the rows of ``query`` to ``path`` (mode 0600) or nothing; ``state`` goes into its metadata."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        told = f", kv_metadata {{state: {literal(state)}}}" if state else ""
        connection.execute(f"copy ({query}) to {literal(fresh)} (format parquet, compression zstd{told})")
        fresh.chmod(0o600)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _summarise(connection: DuckDBPyConnection) -> LinkSummary:
    rows = connection.execute(
        "select source, sender, link_step, count(*), count(distinct hash(person_id)) from vault.record "
        "group by all order by all"
    ).fetchall()
    people = _count(connection, "select count(*) from vault.person where state = 'current'")
    contradicted = connection.execute(
        "select reason, count(*) from vault.contradiction group by reason order by reason"
    ).fetchall()
    return LinkSummary(
        sum(row[3] for row in rows), people, tuple(LinkCount(*row) for row in rows),
        tuple((reason, decisions) for reason, decisions in contradicted),
    )  # fmt: skip


def _count(connection: DuckDBPyConnection, query: str) -> int:
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def record_counts(ledger: Ledger, run_id: str, summary: LinkSummary) -> None:
    """Counts of this run, replacing those of an earlier attempt at it."""
    with ledger.transaction() as transaction:
        transaction.execute("delete from link where run_id = ?", [run_id])
        transaction.executemany(
            "insert into link (run_id, source, sender, link_step, records, people) values (?, ?, ?, ?, ?, ?)",
            [(run_id, c.source, c.sender, c.link_step, c.records, c.people) for c in summary.steps],
        )
        transaction.execute("delete from link_contradiction where run_id = ?", [run_id])
        transaction.executemany(
            "insert into link_contradiction (run_id, reason, decisions) values (?, ?, ?)",
            [(run_id, reason, decisions) for reason, decisions in summary.contradictions],
        )
