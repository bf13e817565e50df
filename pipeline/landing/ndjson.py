"""Lands one FHIR NDJSON file of records, plain or gzipped: checked, typed, or quarantined line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from connectors.declare import Severity
from connectors.fhir import shapes
from connectors.fhir.out import restored
from connectors.fhir.reader import read_ndjson
from connectors.fhir.rules import RecordRule, record_id, record_rules
from pipeline.duck import literal
from pipeline.landing import extensions, quarantine
from pipeline.landing.again import WAS_REFUSED, Again
from pipeline.landing.conformance import refuse_nonconforming
from pipeline.landing.desk import Desk
from pipeline.landing.judged import Judged
from pipeline.landing.lines import lines_of
from pipeline.landing.manifest import Manifest
from pipeline.landing.native import outcome_of, require_standing, with_totals
from pipeline.landing.outcomes import FHIR, Broken, FileOutcome, Stripped
from pipeline.landing.receive import Received
from pipeline.landing.scan import UnreadableError
from pipeline.landing.tables import count, write_parquet
from pipeline.landing.typed_rows import put_typed
from pipeline.landing.unpack import gunzipped

NAME = re.compile(r"([A-Z][A-Za-z]+)(\.[^/]*)?\.ndjson(\.gz)?", re.IGNORECASE)
_TYPES = {name.lower(): name for name in shapes.SHAPES}
_NONE = "select 0 as _row, 0 as line_number, '' as column_name, '' as rule_id, '' as raw where false"


def resource_type_of(name: str) -> str | None:
    """Resource type of ``<ResourceType>[.<anything>].ndjson[.gz]``, in any case, if that is landed."""
    found = NAME.fullmatch(name)
    return _TYPES.get(found[1].lower()) if found else None


def land_ndjson(
    desk: Desk,
    received: Received,
    resource_type: str,
    manifest: Manifest,
    *,
    again: Again | None = None,
) -> FileOutcome:
    """Check, type and write one NDJSON file: rows exactly of the declared shape with lineage.

    With ``again`` only the rows that an earlier check refused are judged.
    """
    judged = _judge(desk, received, resource_type)
    if again:
        judged = again.judge(desk.con, judged)
        require_standing(received, judged)
    else:
        judged = with_totals(desk, received, manifest, judged)
    target = desk.typed_path(FHIR, resource_type, received.file_id)
    stripped: tuple[Stripped, ...] = ()
    if judged.is_refused:
        put_typed(desk, received.file_id, None, target)
    else:
        part, stripped = desk.part(target), extensions.stripped(desk.con, resource_type)
        _take_marks_off(desk.con, judged.broken)
        rows = _typed_sql(received, resource_type, stripped)
        write_parquet(desk.con, f"{rows} and {WAS_REFUSED}" if again else rows, part)
        if again:
            again.join(desk.con, part)
        put_typed(desk, received.file_id, part, target)
    quarantine.write(desk.con, desk.zones, received, judged.broken)
    desk.con.execute("drop view if exists landed_resources")
    desk.con.execute("drop table if exists resources")
    return replace(outcome_of(received, judged, format_name=FHIR, name=received.name), stripped=stripped)


def read_resources(desk: Desk, received: Received, word: str) -> Path | Judged:
    """Read a file into the table ``resources``; its path without compression, or why it cannot be read."""
    desk.con.execute("drop table if exists quarantined")
    if received.size == 0:
        return Judged(0, 0, (Broken("empty_file", Severity.FILE, 0),), "the file has no byte")
    try:
        path = gunzipped(received.path, received.name, desk.work)
    except UnreadableError as error:
        return Judged(0, 0, (Broken("unreadable_file", Severity.FILE, 0),), str(error))
    try:
        read_ndjson(desk.con, path, word, into="resources")
    except ValueError:
        said = "not lines of JSON in UTF-8"
        return Judged(0, 0, (Broken("unreadable_file", Severity.FILE, 0),), said)
    return path


def judge_lines(con: duckdb.DuckDBPyConnection, rules: Sequence[RecordRule]) -> tuple[int, list[Broken]]:
    """Run the rules over ``resources``; leaves ``judged`` (a flag a rule); gives rows and what they broke."""
    flags = "".join(f", coalesce({rule.predicate}, false) as _rule_{n}" for n, rule in enumerate(rules))
    con.execute(f"create or replace temp view judged as select _row{flags} from resources")
    sums = "".join(f", count_if(_rule_{n})" for n in range(len(rules)))
    counts = con.execute(f"select count(*){sums} from judged").fetchone() or (0,)
    broken = [
        Broken(rule.rule_id, rule.severity, rows, rule.path)
        for rule, rows in zip(rules, counts[1:], strict=True)
        if rows
    ]
    return counts[0], broken


def collect_refused(con: duckdb.DuckDBPyConnection, rules: Sequence[RecordRule]) -> None:
    """Make ``refused_resources``: a row a refused line and rule."""
    listed = ", ".join(
        f"if(_rule_{n}, {{'rule_id': {literal(rule.rule_id)}, 'column_name': {literal(rule.path)}}}, null)"
        for n, rule in enumerate(rules)
        if rule.severity is Severity.ROW
    )
    con.execute(
        f"""create or replace temp table refused_resources as
        select _row, broken.rule_id as rule_id, broken.column_name as column_name
        from (select _row, unnest(list_filter([{listed}], lambda x: x is not null)) as broken from judged)"""
    )


def quarantine_lines(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Make ``quarantined``, the refused lines with their text; returns how many lines."""
    lines = count(con, "select count(distinct _row) from refused_resources")
    con.execute(f"create or replace temp table quarantined as {_with_text(path) if lines else _NONE}")
    return lines


def refusing(broken: Sequence[Broken], lines: int) -> str:
    """The rules that refused lines, as a sentence; empty where none did."""
    words = sorted({item.rule_id for item in broken if item.severity is Severity.ROW})
    return f"{lines} rows refused ({', '.join(words)})" if lines else ""


def _judge(desk: Desk, received: Received, resource_type: str) -> Judged:
    path = read_resources(desk, received, resource_type)
    if isinstance(path, Judged):
        return path
    rules = record_rules(resource_type)
    rows, broken = judge_lines(desk.con, rules)
    extensions.find(desk.con, path, resource_type)
    collect_refused(desk.con, rules)
    broken += extensions.refuse_modifiers(desk.con)
    broken += refuse_nonconforming(desk.con, path, resource_type)
    lines = quarantine_lines(desk.con, path)
    broken += _duplicates(desk.con)
    return Judged(rows, lines, tuple(broken), refusing(broken, lines))


def _with_text(path: Path) -> str:
    return f"""
        select _row, null::bigint as line_number, column_name, rule_id, line as raw
        from refused_resources join ({lines_of(path)}) using (_row)"""


def _duplicates(con: duckdb.DuckDBPyConnection) -> list[Broken]:
    rows = count(
        con,
        """select sum(n - 1) from (
            select count(*) as n from resources
            where id is not null and _row not in (select _row from refused_resources)
            group by id having count(*) > 1)""",
    )
    return [Broken("duplicate_key", Severity.WARNING, rows, "$.id")] if rows else []


def _take_marks_off(con: duckdb.DuckDBPyConnection, broken: Sequence[Broken]) -> None:
    """The view ``landed_resources``: records as they were before an export wrote them, if one did."""
    is_exported = any(item.rule_id == "exported_record" for item in broken)
    unmarked = "select *, null::varchar as _landed_record, null::date as _landed_on from resources"
    rows = restored("resources") if is_exported else unmarked
    con.execute(f"create or replace temp view landed_resources as {rows}")


def _typed_sql(received: Received, resource_type: str, stripped: tuple[Stripped, ...]) -> str:
    elements = extensions.kept_elements(resource_type, stripped)
    day = f"date {literal(received.extract_date.isoformat())}"
    return f"""
        select {elements}, {literal(received.feed.source)} as _source,
            {literal(received.feed.sender)} as _sender,
            cast(coalesce(_landed_record, {record_id(resource_type)}) as varchar) as _record_id,
            {literal(received.file_id)} as _file_id, _row, least(_landed_on, {day}) as _extract_date
        from landed_resources where _row not in (select _row from refused_resources)"""
