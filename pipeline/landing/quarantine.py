"""Refused rows: the only place where the text of a bad row lies, and what may be said about it.

One Parquet a received file: ``_row`` (null where the file as a whole was refused), ``line_number`` (where it
is known), ``column_name``, ``rule_id``, ``raw``. The lists for operators name rows, columns and rules only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from connectors.declare import Severity
from connectors.rules import RowRule
from pipeline.duck import literal
from pipeline.errors import UsageError
from pipeline.landing.desk import put_in_place
from pipeline.landing.outcomes import Broken
from pipeline.landing.receive import Received
from pipeline.landing.tables import write_parquet
from pipeline.ledger import Ledger
from pipeline.zones import Zones

COLUMNS = "_row bigint, line_number bigint, column_name varchar, rule_id varchar, raw varchar"


def quarantine_path(zones: Zones, source: str, sender: str, extract_date: date, file_id: str) -> Path:
    """Where the refused rows of one file lie."""
    return zones.quarantine / source / sender / extract_date.isoformat() / f"{file_id}.parquet"


def collect_native(con: duckdb.DuckDBPyConnection, rules: Sequence[RowRule], *, has_rows: bool) -> None:
    """Gather the refused lines and rows of a checked CSV file into the table ``quarantined``.

    ``rules`` are those that it was checked with, in the order in which its refused rows number them.
    """
    words = ", ".join(
        f"{{'rule_id': {literal(rule.rule_id)}, 'column_name': {literal(rule.column)}}}" for rule in rules
    )
    con.execute(f"create or replace temp table quarantined ({COLUMNS})")
    con.execute("insert into quarantined by name select _row, line_number, rule_id, raw from refused_lines")
    if not has_rows:
        return
    con.execute(
        f"""insert into quarantined by name
        with broken as (select _row, unnest(rules) as number, text from refused_rows),
        named as (select _row, [{words}][number + 1] as rule, text from broken)
        select _row, rule.column_name as column_name, rule.rule_id as rule_id, text as raw from named"""
    )


def _add_refusals(con: duckdb.DuckDBPyConnection, broken: Sequence[Broken]) -> None:
    """Add to ``quarantined`` a line for each rule that refused the file as a whole."""
    con.execute(f"create temp table if not exists quarantined ({COLUMNS})")
    for item in broken:
        if item.severity is Severity.FILE:
            words = [item.column, item.rule_id]
            con.execute("insert into quarantined (column_name, rule_id) values (?, ?)", words)


def write(con: duckdb.DuckDBPyConnection, zones: Zones, received: Received, broken: Sequence[Broken]) -> None:
    """Write ``quarantined`` to the file's place, replacing what an earlier check refused."""
    feed = received.feed
    target = quarantine_path(zones, feed.source, feed.sender, received.extract_date, received.file_id)
    if all(item.severity is Severity.WARNING for item in broken):
        target.unlink(missing_ok=True)
        return
    _add_refusals(con, broken)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    write_parquet(con, "from quarantined order by _row nulls first, rule_id, column_name", part)
    put_in_place(part, target)


def list_quarantine(ledger: Ledger) -> list[dict[str, Any]]:
    """Files with refused rows, by rule: ``run_id, file_id, source, sender, extract_date, file_name, outcome,
    rule_id, column_name, severity, rows, state``; newest extract first.

    ``state``: quarantined, or superseded where the file came again for the same day and landed.
    """
    return ledger.query(
        """select f.run_id, f.file_id, f.source, f.sender, f.extract_date, f.file_name, f.outcome,
            r.rule_id, r.column_name, r.severity, r.rows,
            iif(exists (select 1 from file as l
                where (l.source, l.sender, l.format, l.extract_date)
                    = (f.source, f.sender, f.format, f.extract_date)
                    and lower(l.file_name) = lower(f.file_name)
                    and l.received_seq > f.received_seq and l.outcome = 'landed'
                    and not exists (select 1 from file_mended as m where m.file_id = l.file_id)),
                'superseded', 'quarantined') as state
        from file f join file_rule r using (file_id)
        where f.rows_quarantined > 0 or f.outcome = 'refused'
        order by f.extract_date desc, f.source, f.sender, f.file_name, r.rule_id, r.column_name"""
    )


def show_quarantine(zones: Zones, ledger: Ledger, file_id: str) -> list[dict[str, Any]]:
    """The refused rows of one file: ``row, line_number, column_name, rule_id``. Never their text.

    Raises :class:`UsageError` for a file that the ledger does not know.
    """
    files = ledger.query("select * from file where file_id = ?", (file_id,))
    if not files:
        raise UsageError("no received file has this file_id; valid: those of `wsic quarantine list`")
    file = files[0]
    day = date.fromisoformat(file["extract_date"])
    path = quarantine_path(zones, file["source"], file["sender"], day, file_id)
    if not path.exists():
        return []
    table = pq.read_table(path, columns=["_row", "line_number", "column_name", "rule_id"], partitioning=None)
    rows: list[dict[str, Any]] = table.rename_columns(["row", *table.column_names[1:]]).to_pylist()
    return rows
