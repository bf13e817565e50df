"""Lands one native CSV file: header, rows, control totals, judgement, typed rows or quarantine.

Every rule runs before the file is judged. A refused file's rows are all quarantined: its text lies in the
received zone, and its quarantine says which rules refused it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from connectors.declare import Format, NativeFile, Severity
from connectors.types import quoted
from pipeline.landing import quarantine
from pipeline.landing.check import Verdict, check_rows, write_typed
from pipeline.landing.desk import Desk, put_in_place
from pipeline.landing.header import Header, read_header
from pipeline.landing.manifest import Manifest
from pipeline.landing.outcomes import Broken, FileOutcome
from pipeline.landing.read_csv import normalised, read_rows
from pipeline.landing.receive import Received
from pipeline.landing.scan import UnreadableError, scan
from pipeline.landing.tables import count

SHARE_JUDGED_FROM = 10  # refused rows; below, their share of a small file says little


@dataclass(frozen=True, slots=True)
class Judged:
    """A file's rows and every rule it broke, before it is written anywhere."""

    rows_in: int
    quarantined: int
    broken: tuple[Broken, ...]
    message: str = ""
    passed: str = "true"  # condition over ``checked`` of the rows that go on

    @property
    def is_refused(self) -> bool:
        """Whether a rule refused the file as a whole."""
        return any(item.severity is Severity.FILE for item in self.broken)


def land_native(
    desk: Desk,
    received: Received,
    *,
    file: NativeFile,
    format_: Format,
    manifest: Manifest,
    refusals: Sequence[str] = (),
) -> FileOutcome:
    """Check, type and write one CSV file. ``refusals`` are rules that its extract as a whole broke."""
    judged = _judge(desk, received, file, format_)
    judged = with_totals(desk, received, manifest, judged, refusals)
    target = desk.typed_path(format_.name, file.stem, received.file_id)
    if judged.is_refused:
        target.unlink(missing_ok=True)
    else:
        part = desk.part(target)
        write_typed(desk.con, part, received, file, passed=judged.passed)
        put_in_place(part, target)
    quarantine.write(desk.con, desk.zones, received, judged.broken)
    return outcome_of(received, judged, format_name=format_.name, name=received.name)


def with_totals(
    desk: Desk, received: Received, manifest: Manifest, judged: Judged, refusals: Sequence[str]
) -> Judged:
    """Add what only the whole file can break: control totals, the share of refused rows, its extract."""
    broken = [*judged.broken, *manifest.broken(received, judged.rows_in)]
    broken += [Broken(rule, Severity.FILE, judged.rows_in) for rule in refusals]
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
    path = normalised(received.path, desk.work)
    header = read_header(path, file)
    if not header.is_accepted:
        return _unreadable(path, header.rule_id, header.difference)
    try:
        return _judge_rows(desk, path, header, file, format_)
    except (UnreadableError, duckdb.InvalidInputException) as error:
        said = str(error) if isinstance(error, UnreadableError) else "the reader found no way through it"
        return _unreadable(path, "unreadable_file", said)


def _judge_rows(desk: Desk, path: Path, header: Header, file: NativeFile, format_: Format) -> Judged:
    reading = read_rows(desk.con, path, desk.work, names=header.names, file=file)
    verdict = check_rows(desk.con, file, format_, refused_lines=reading.refused_lines)
    if verdict.quarantined:
        quarantine.collect_native(desk.con, file, format_, has_rows=verdict.refused_rows > 0)
    broken = [*verdict.broken, *_one_period(desk, file, format_, verdict.passed)]
    if not reading.structure.ends_with_newline:
        broken.append(Broken("last_line_not_ended", Severity.WARNING, 1))
    message = _row_message(verdict)
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
