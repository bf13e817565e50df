"""Decisions about one record that its link cannot obey, for whoever asks why it is where it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.decisions.override import RecordName
from pipeline.identity.decisions.queue import REASONS, name_holders

_OF_RECORD = Path(__file__).with_name("contradictions_of_record.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A decision in force that is not obeyed: about which other record, since when, and why it is not."""

    verdict: str
    decided_on: date
    other: RecordName | None
    reason: str


def contradictions_of(connection: DuckDBPyConnection, record_key: str) -> tuple[Contradiction, ...]:
    """What people decided about a record, or about the person whose number it gives, and no link obeys."""
    connection.execute(
        "create or replace temp table node_asked as select right_key as node from vault.contradiction "
        "where left_key = ? and starts_with(right_key, 'nhs|')",
        [record_key],
    )
    name_holders(connection)
    found = connection.execute(_OF_RECORD.read_text(encoding="utf-8"), {"key": record_key}).fetchall()
    return tuple(
        Contradiction(
            verdict=verdict, decided_on=decided_on, reason=REASONS[reason],
            other=RecordName(*name) if name[0] is not None else None,
        )
        for verdict, decided_on, reason, *name in found
    )  # fmt: skip
