"""Writes what came of a file and of a feed into the ledger: counts and rule words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from pipeline.clock import now
from pipeline.landing.feeds import Feed
from pipeline.landing.outcomes import FileOutcome
from pipeline.landing.scope import part_of
from pipeline.ledger import Ledger


def record_file(ledger: Ledger, run_id: str, outcome: FileOutcome) -> None:
    """Replace all that the ledger says about one received file, in one transaction.

    A file checked again (``wsic quarantine replay``) keeps the run and the place in the order of receipt
    that it had.
    """
    with ledger.transaction() as connection:
        before = connection.execute(
            "select run_id, received_seq from file where file_id = ?", (outcome.file_id,)
        ).fetchone()
        first = connection.execute("select coalesce(max(received_seq), 0) + 1 from file").fetchone()[0]
        owner, sequence = (before["run_id"], before["received_seq"]) if before else (run_id, first)
        _put(connection, "file", {"run_id": owner, "received_seq": sequence} | _file_row(outcome))
        connection.execute("delete from file_rule where file_id = ?", (outcome.file_id,))
        for row in _rule_rows(outcome):
            _put(connection, "file_rule", row)
        connection.execute("delete from extension where file_id = ?", (outcome.file_id,))
        for stripped in outcome.stripped:
            _put(connection, "extension", {"file_id": outcome.file_id} | asdict(stripped))
        act = "checked_again" if before else "received"
        _put(connection, "file_known", _known_row(run_id, act, sequence, outcome))
        seen = {"run_id": run_id, "file_id": outcome.file_id, "outcome": outcome.outcome}
        _put(connection, "file_seen", seen)
        _put(connection, "stage", {"run_id": owner} | _stage_row(outcome))


def record_seen(ledger: Ledger, run_id: str, file_ids: list[str]) -> None:
    """Files that an earlier run received already."""
    rows = [{"run_id": run_id, "file_id": file_id, "outcome": "seen_before"} for file_id in file_ids]
    ledger.put("file_seen", rows)


def receive_again(
    ledger: Ledger, run_id: str, *, feed: Feed, extract_date: date, seen: Iterable[str]
) -> None:
    """Give a file that lies there again a new place in the order of receipt, if another content of its name
    had taken its place: its sender took that back.

    ``seen`` are the files that now lie in the extract's folders. One that lay beside the other content when
    this came has not been sent again by lying there still.
    """
    now_there = set(seen)
    contents: dict[str, list[dict[str, Any]]] = {}
    for row in ledger.query(_CONTENTS, (feed.source, feed.sender, extract_date.isoformat())):
        contents.setdefault(part_of(row["file_name"]), []).append(row)
    for rows in contents.values():
        latest = rows[-1]
        if latest["file_id"] in now_there:
            continue
        for row in rows[:-1]:
            beside = "select 1 from file_seen where run_id = ? and file_id = ?"
            is_back = row["file_id"] in now_there
            if is_back and not ledger.query(beside, (latest["last_run_id"], row["file_id"])):
                _receive_again(ledger, run_id, row)


# Contents of one extract in order of receipt, with the run that last received each. A file that mends rows of
# another takes no other's place.
_CONTENTS = """
    select f.*, (select run_id from file_known k where k.file_id = f.file_id
        and act in ('received', 'sent_again') order by known_seq desc limit 1) as last_run_id
    from file f where source = ? and sender = ? and extract_date = ?
        and not exists (select 1 from file_mended m where m.file_id = f.file_id)
    order by received_seq"""


def _receive_again(ledger: Ledger, run_id: str, row: Mapping[str, Any]) -> None:
    with ledger.transaction() as connection:
        last = connection.execute("select max(received_seq) from file").fetchone()[0]
        connection.execute("update file set received_seq = ? where file_id = ?", (last + 1, row["file_id"]))
        known = {
            "file_id": row["file_id"],
            "run_id": run_id,
            "known_at": now(),
            "act": "sent_again",
            "received_seq": last + 1,
            "outcome": row["outcome"],
            "rows_landed": row["rows_landed"],
        }
        _put(connection, "file_known", known)


def _known_row(run_id: str, act: str, sequence: int, outcome: FileOutcome) -> dict[str, Any]:
    return {
        "file_id": outcome.file_id,
        "run_id": run_id,
        "known_at": now(),
        "act": act,
        "received_seq": sequence,
        "outcome": outcome.outcome,
        "rows_landed": outcome.rows_landed,
    }


def _file_row(outcome: FileOutcome) -> dict[str, Any]:
    return {
        "file_id": outcome.file_id,
        "source": outcome.source,
        "sender": outcome.sender,
        "extract_date": outcome.extract_date.isoformat(),
        "file_name": outcome.file_name,
        "file_sha256": outcome.file_sha256,
        "format": outcome.format,
        "rows_in": outcome.rows_in,
        "rows_landed": outcome.rows_landed,
        "rows_quarantined": outcome.rows_quarantined,
        "outcome": outcome.outcome,
        "message": outcome.message,
    }


def _rule_rows(outcome: FileOutcome) -> list[dict[str, Any]]:
    """One row a rule and column; a rule broken twice over (by lines and by rows) adds up."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for broken in outcome.rules:
        row = rows.setdefault(
            (broken.rule_id, broken.column),
            {
                "file_id": outcome.file_id,
                "rule_id": broken.rule_id,
                "column_name": broken.column,
                "severity": broken.severity.value,
                "rows": 0,
            },
        )
        row["rows"] += broken.rows
    return list(rows.values())


def _stage_row(outcome: FileOutcome) -> dict[str, Any]:
    return {
        "product": "",
        "file_id": outcome.file_id,
        "stage": "landing",
        "rows_in": outcome.rows_in,
        "rows_out": outcome.rows_landed,
        "rows_quarantined": outcome.rows_quarantined,
    }


def _put(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(f"insert or replace into {table} ({', '.join(row)}) values ({marks})", dict(row))
