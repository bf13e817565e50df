"""Lands one native CSV file: header, rows, control totals, judgement, typed rows or quarantine.

Every rule runs before the file is judged. A refused file's rows are all quarantined: its text lies in the
received zone, and its quarantine says which rules refused it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb

from connectors.declare import Format, NativeFile, Severity
from connectors.types import quoted
from pipeline.errors import InputRefusedError
from pipeline.landing import quarantine
from pipeline.landing.again import Again
from pipeline.landing.check import Verdict, applicable_rules, check_rows, checking, write_typed
from pipeline.landing.desk import Desk
from pipeline.landing.drift import described, retyped
from pipeline.landing.header import Header, read_header
from pipeline.landing.judged import Judged
from pipeline.landing.manifest import Manifest
from pipeline.landing.outcomes import Broken, FileOutcome
from pipeline.landing.prepare import Prepared, prepare
from pipeline.landing.read_csv import read_rows, stage_text
from pipeline.landing.receive import Received
from pipeline.landing.scan import UnreadableError, scan
from pipeline.landing.tables import count
from pipeline.landing.typed_rows import put_typed

SHARE_JUDGED_FROM = 10  # refused rows; below, their share of a small file says little


def land_native(
    desk: Desk,
    received: Received,
    *,
    file: NativeFile,
    format_: Format,
    manifest: Manifest,
    again: Again | None = None,
) -> FileOutcome:
    """Check, type and write one CSV file; with ``again`` only the rows that an earlier check refused."""
    judged = _judge(desk, received, file, format_)
    if again:
        judged = again.judge(desk.con, judged)
        require_standing(received, judged)
    else:
        judged = with_totals(desk, received, manifest, judged)
    target = desk.typed_path(format_.name, file.stem, received.file_id)
    if judged.is_refused:
        put_typed(desk, received.file_id, None, target)
    else:
        part = desk.part(target)
        write_typed(desk.con, part, received, file, passed=judged.passed)
        if again:
            again.join(desk.con, part)
        put_typed(desk, received.file_id, part, target)
    quarantine.write(desk.con, desk.zones, received, judged.broken)
    return outcome_of(received, judged, format_name=format_.name, name=received.name)


def require_standing(received: Received, judged: Judged) -> None:
    """Raise :class:`InputRefusedError` where a file of which rows stand would now be refused as a whole."""
    if judged.is_refused:
        rules = sorted({item.rule_id for item in judged.broken if item.severity is Severity.FILE})
        raise InputRefusedError(
            f"{received.feed}/{received.extract_date}/{received.name}: {', '.join(rules)}"
            + (f": {judged.message}" if judged.message else "")
            + "; nothing was changed, and what had landed of it stays"
        )


def with_totals(desk: Desk, received: Received, manifest: Manifest, judged: Judged) -> Judged:
    """Add what only the whole file can break: control totals, and the share of refused rows."""
    broken = [*judged.broken, *manifest.broken(received, judged.rows_in)]
    share = judged.quarantined / judged.rows_in if judged.rows_in else 0.0
    if judged.quarantined >= SHARE_JUDGED_FROM and share > desk.settings.file_refused_above:
        broken.append(Broken("too_many_refused_rows", Severity.FILE, judged.rows_in))
    said = [judged.message, manifest.explain(received, judged.rows_in)]
    return replace(judged, broken=tuple(broken), message="; ".join(filter(None, said)))


def outcome_of(received: Received, judged: Judged, *, format_name: str, name: str) -> FileOutcome:
    """The file's outcome as the ledger keeps it."""
    refused = judged.is_refused
    rules = sorted({item.rule_id for item in judged.broken if item.severity is Severity.FILE})
    return FileOutcome(
        file_id=received.file_id,
        source=received.feed.source,
        sender=received.feed.sender,
        extract_date=received.extract_date,
        file_name=name,
        file_sha256=received.sha256,
        format=format_name,
        rows_in=judged.rows_in,
        rows_quarantined=judged.rows_in if refused else judged.quarantined,
        outcome="refused" if refused else "landed" if judged.rows_in else "empty",
        message=": ".join(filter(None, [", ".join(rules), judged.message])),
        rules=judged.broken,
    )


def _judge(desk: Desk, received: Received, file: NativeFile, format_: Format) -> Judged:
    desk.con.execute("drop table if exists quarantined")
    if received.size == 0:
        return Judged(0, 0, (Broken("empty_file", Severity.FILE, 0),), "not a byte, not even a header")
    try:
        prepared = prepare(received, file, desk.work)
    except UnreadableError as error:
        return Judged(0, 0, (Broken("unreadable_file", Severity.FILE, 0),), str(error))
    path = prepared.path
    header = read_header(path, file)
    if not header.is_readable:
        return _unreadable(path, header.rule_id, header.difference)
    try:
        return _judge_rows(desk, prepared, header, file, format_)
    except (UnreadableError, duckdb.InvalidInputException) as error:
        if not header.is_accepted:
            return _unreadable(path, header.rule_id, header.difference)
        said = str(error) if isinstance(error, UnreadableError) else "the reader found no way through it"
        return _unreadable(path, "unreadable_file", said)


def _judge_rows(desk: Desk, prepared: Prepared, header: Header, file: NativeFile, format_: Format) -> Judged:
    """Every rule over the rows, also where the header is refused: a sender mends everything at once."""
    names, without = header.read_as(file), header.missing(file)
    rules = applicable_rules(file, format_, without=without)
    reading = read_rows(
        desk.con,
        prepared.path,
        desk.work,
        names=names,
        file=file,
        checking=lambda found: checking(file, format_, rules, has_blank_edges=found.has_blank_edges),
    )
    verdict = check_rows(desk.con, file, rules, refused_lines=reading.refused_lines, without=without)
    if verdict.quarantined:
        quarantine.collect_native(desk.con, verdict.rules, has_rows=verdict.refused_rows > 0)
    if drifted := retyped(desk.con, file, verdict.broken):
        stage_text(desk.con, prepared.path, desk.work, names=names, file=file)
    broken = [*verdict.broken, *drifted, *prepared.met(verdict.rows_in)]
    if header.is_accepted:
        broken += _one_period(desk, file, format_, verdict.passed)
    else:
        broken.append(Broken(header.rule_id, Severity.FILE, verdict.rows_in))
    if reading.behind:
        broken.append(Broken("value_without_column", Severity.FILE, reading.behind))
    if not reading.structure.ends_with_newline:
        broken.append(Broken("last_line_not_ended", Severity.WARNING, 1))
    said = (header.difference, described(desk.con, file, drifted), _row_message(verdict))
    message = "; ".join(filter(None, said))
    return Judged(verdict.rows_in, verdict.quarantined, tuple(broken), message, verdict.passed)


def _one_period(desk: Desk, file: NativeFile, format_: Format, passed: str) -> list[Broken]:
    """A header file of a submission must name exactly one reporting period."""
    if format_.period is None or format_.period[0] != file.name or len(format_.files) == 1:
        return []
    columns = ", ".join(quoted(name) for name in format_.period[1])
    good = f"select distinct {columns} from checked where {passed}"
    is_one = count(desk.con, f"select count(*) from ({good})") == 1
    return [] if is_one else [Broken("period_not_one", Severity.FILE, 0, format_.period[1][-1])]


def _unreadable(path: Path, rule_id: str, said: str) -> Judged:
    try:
        rows = scan(path).rows
    except UnreadableError:
        with path.open("rb") as file:
            rows = max(sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 22), b"")) - 1, 0)
    return Judged(rows, 0, (Broken(rule_id, Severity.FILE, rows),), said)


def _row_message(verdict: Verdict) -> str:
    refusing = sorted({item.rule_id for item in verdict.broken if item.severity is Severity.ROW})
    return f"{verdict.quarantined} rows refused ({', '.join(refusing)})" if verdict.quarantined else ""
