"""Lands what a sender says beside its records: what it deleted, and what it could not send.

A Bundle of deletions is landed line by line as records are; its lines take part in no table of their own
and count as superseded. An OperationOutcome that tells of something that was not exported refuses its file:
the feed then lacks something, until a later export comes without one.
"""

from __future__ import annotations

import duckdb

from connectors.declare import Severity
from connectors.fhir.messages import DELETIONS, deletion_rules, deletions_sql, issues_sql
from connectors.fhir.shapes import MESSAGES
from pipeline.duck import literal
from pipeline.landing import quarantine
from pipeline.landing.desk import Desk
from pipeline.landing.judged import Judged
from pipeline.landing.lines import staged_lines
from pipeline.landing.manifest import Manifest
from pipeline.landing.native import outcome_of, with_totals
from pipeline.landing.ndjson import (
    NAME,
    collect_refused,
    judge_lines,
    quarantine_lines,
    read_resources,
    refusing,
)
from pipeline.landing.outcomes import FHIR, Broken, FileOutcome
from pipeline.landing.receive import Received
from pipeline.landing.tables import count, write_parquet
from pipeline.landing.typed_rows import put_typed

_WORDS = {word.lower(): word for word in MESSAGES}


def message_of(name: str) -> str | None:
    """The word of ``<word>[.<anything>].ndjson[.gz]``, in any case, if it is that of a message."""
    found = NAME.fullmatch(name)
    return _WORDS.get(found[1].lower()) if found else None


def land_message(desk: Desk, received: Received, word: str, manifest: Manifest) -> FileOutcome:
    """Check one file of messages; deletions are written typed: ``resource_type, id, _file_id, _row``."""
    judge = _judge_deletions if word == DELETIONS else _judge_outcomes
    judged = with_totals(desk, received, manifest, judge(desk, received))
    target = desk.typed_path(FHIR, word, received.file_id)
    if judged.is_refused or word != DELETIONS:
        put_typed(desk, received.file_id, None, target)
    else:
        part = desk.part(target)
        write_parquet(desk.con, _typed_sql(received), part)
        put_typed(desk, received.file_id, part, target)
    quarantine.write(desk.con, desk.zones, received, judged.broken)
    desk.con.execute("drop table if exists resources")
    return outcome_of(received, judged, format_name=FHIR, name=received.name)


def _judge_deletions(desk: Desk, received: Received) -> Judged:
    path = read_resources(desk, received, DELETIONS)
    if isinstance(path, Judged):
        return path
    rules = deletion_rules()
    rows, broken = judge_lines(desk.con, rules)
    collect_refused(desk.con, rules)
    lines = quarantine_lines(desk.con, staged_lines(desk.con, path, desk.work))
    return Judged(rows, lines, tuple(broken), refusing(broken, lines))


def _judge_outcomes(desk: Desk, received: Received) -> Judged:
    path = read_resources(desk, received, "OperationOutcome")
    if isinstance(path, Judged):
        return path
    rows = count(desk.con, "select count(*) from resources")
    broken = _issues(desk.con)
    lacks = count(desk.con, f"select count(distinct _row) from ({issues_sql('resources')}) where is_lack")
    said = f"the sender says that it could not export everything, {lacks} times" if lacks else ""
    return Judged(rows, 0, broken, said)


def _issues(con: duckdb.DuckDBPyConnection) -> tuple[Broken, ...]:
    """One rule an issue code: what was not exported refuses the file, what else was said is a warning."""
    found = con.execute(
        f"""select is_lack, code, count(distinct _row) from ({issues_sql("resources")})
        group by all order by all"""
    ).fetchall()
    return tuple(
        Broken("not_exported" if is_lack else "sender_says", Severity.FILE if is_lack else Severity.WARNING,
               rows, code)
        for is_lack, code, rows in found
    )  # fmt: skip


def _typed_sql(received: Received) -> str:
    return f"""
        select resource_type, id, {literal(received.file_id)} as _file_id, _row
        from ({deletions_sql("resources")}) where _row not in (select _row from refused_resources)
        order by _row"""
