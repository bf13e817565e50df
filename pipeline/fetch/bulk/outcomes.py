"""What an export lacks: the server says so in OperationOutcomes, and we say so where a file came damaged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.fhir.messages import issues_sql
from connectors.fhir.reader import read_ndjson
from pipeline import duck
from pipeline.fetch.bulk.delivery import delivered_name
from pipeline.fetch.bulk.journal import FETCHED, Journal
from pipeline.settings import Settings

_OURS = 0  # number of our own word among the server's files, which begin at 1


def tells_of_a_lack(settings: Settings, paths: Iterable[Path]) -> bool:
    """Whether any of these OperationOutcome files says that something was not exported, or cannot be read."""
    with duck.connect(settings) as con:
        return any(_tells(con, path) for path in paths)


def note_lack(journal: Journal, job_id: str, work: Path, transaction_time: datetime) -> None:
    """Say of an export, as a server would, that some of it did not come; landing reads it so."""
    name = delivered_name("OperationOutcome", transaction_time, job_id, _OURS, gz=False)
    issue = {"severity": "error", "code": "incomplete"}
    text = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}) + "\n"
    part = work / f".{name}.part"
    part.write_text(text, encoding="utf-8")
    part.chmod(0o600)
    part.replace(work / name)
    journal.add_file(
        job_id, _OURS, kind="error", resource_type="OperationOutcome", state=FETCHED, rows=1, size=len(text),
        sha256=hashlib.sha256(text.encode()).hexdigest(), file_name=name,
    )  # fmt: skip


def _tells(con: duckdb.DuckDBPyConnection, path: Path) -> bool:
    try:
        read_ndjson(con, path, "OperationOutcome", into="resources")
        with duck.values_hidden("reading what a server could not export"):
            found = con.execute(
                f"select count(*) > 0 from ({issues_sql('resources')}) where is_lack"
            ).fetchone()
    except ValueError:
        return True
    return found == (True,)
