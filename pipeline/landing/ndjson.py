"""Lands one FHIR NDJSON file (plain or gzipped), and gives the current rows of those landed before."""

from __future__ import annotations

import gzip
import re
import shutil
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from connectors.declare import Severity
from connectors.fhir import shapes
from connectors.fhir.reader import read_ndjson
from connectors.fhir.requirements import PERSON
from connectors.fhir.rules import RecordRule, record_id, record_rules
from connectors.types import quoted
from pipeline.duck import literal
from pipeline.landing import extensions, quarantine
from pipeline.landing.desk import Desk, put_in_place
from pipeline.landing.manifest import Manifest
from pipeline.landing.native import Judged, outcome_of, with_totals
from pipeline.landing.outcomes import FHIR, Broken, FileOutcome, Stripped
from pipeline.landing.receive import Received
from pipeline.landing.scope import KnownFile, Scope
from pipeline.landing.tables import count, write_parquet

_NAME = re.compile(r"([A-Z][A-Za-z]+)(\.[^/]*)?\.ndjson(\.gz)?")
_LONGEST_LINE = 64 * 1024 * 1024
_NONE = "select 0 as _row, 0 as line_number, '' as column_name, '' as rule_id, '' as raw where false"


def resource_type_of(name: str) -> str | None:
    """Resource type of ``<ResourceType>[.<anything>].ndjson[.gz]``, if it is one that is landed."""
    found = _NAME.fullmatch(name)
    return found[1] if found and found[1] in shapes.SHAPES else None


def land_ndjson(desk: Desk, received: Received, resource_type: str, manifest: Manifest) -> FileOutcome:
    """Check, type and write one NDJSON file: rows exactly of the declared shape with lineage."""
    judged = with_totals(desk, received, manifest, _judge(desk, received, resource_type), ())
    target = desk.typed_path(FHIR, resource_type, received.file_id)
    stripped: tuple[Stripped, ...] = ()
    if judged.is_refused:
        target.unlink(missing_ok=True)
    else:
        part, stripped = desk.part(target), extensions.stripped(desk.con, resource_type)
        write_parquet(desk.con, _typed_sql(received, resource_type, stripped), part)
        put_in_place(part, target)
    quarantine.write(desk.con, desk.zones, received, judged.broken)
    desk.con.execute("drop table if exists resources")
    return replace(outcome_of(received, judged, format_name=FHIR, name=received.name), stripped=stripped)


def sent_as_fhir(desk: Desk, scope: Scope) -> dict[str, str]:
    """SELECT of the current rows of every resource type that the feed sent as FHIR: the latest of an id."""
    by_type: dict[str, list[KnownFile]] = {}
    for file in scope.counting:
        resource_type = resource_type_of(file.name) if file.format == FHIR else None
        if resource_type:
            by_type.setdefault(resource_type, []).append(file)
    return {name: _current_sql(desk, name, files) for name, files in by_type.items()}


def fates_of(resources: Mapping[str, str]) -> list[str]:
    """SELECTs of ``file_id, row, record_id, supporting`` over what :func:`sent_as_fhir` gave."""
    return [
        f'select _file_id as file_id, _row as "row", _record_id as record_id, '
        f"{resource_type not in PERSON} as supporting from ({sql})"
        for resource_type, sql in resources.items()
    ]


def _judge(desk: Desk, received: Received, resource_type: str) -> Judged:
    desk.con.execute("drop table if exists quarantined")
    if received.size == 0:
        return Judged(0, 0, (Broken("empty_file", Severity.FILE, 0),), "the file has no byte")
    try:
        path = _unpacked(received, desk.work)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise
        said = "its compression is broken or it was cut short"
        return Judged(0, 0, (Broken("unreadable_file", Severity.FILE, 0),), said)
    try:
        read_ndjson(desk.con, path, resource_type, into="resources")
    except ValueError:
        said = "not lines of JSON in UTF-8"
        return Judged(0, 0, (Broken("unreadable_file", Severity.FILE, 0),), said)
    return _judge_rows(desk.con, path, resource_type)


def _unpacked(received: Received, work: Path) -> Path:
    """The file itself, or a working copy without compression.

    The reader takes a cut or broken gzip file for a short one (measured on DuckDB 1.5.5); Python's checks its
    end and its checksum.
    """
    if not received.name.endswith(".gz"):
        return received.path
    target = work / received.name.removesuffix(".gz")
    with gzip.open(received.path) as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain, 1 << 22)
    return target


def _judge_rows(con: duckdb.DuckDBPyConnection, path: Path, resource_type: str) -> Judged:
    rules = record_rules(resource_type)
    flags = "".join(f", coalesce({rule.predicate}, false) as _rule_{n}" for n, rule in enumerate(rules))
    con.execute(f"create or replace temp view judged as select _row{flags} from resources")
    sums = "".join(f", count_if(_rule_{n})" for n in range(len(rules)))
    counts = con.execute(f"select count(*){sums} from judged").fetchone() or ()
    broken = [
        Broken(rule.rule_id, rule.severity, rows, rule.path)
        for rule, rows in zip(rules, counts[1:], strict=True)
        if rows
    ]
    extensions.find(con, path, resource_type)
    broken += _collect_refused(con, rules)
    quarantined = _quarantine(con, path)
    broken += _duplicates(con)
    refusing = sorted({item.rule_id for item in broken if item.severity is Severity.ROW})
    message = f"{quarantined} rows refused ({', '.join(refusing)})" if quarantined else ""
    return Judged(counts[0], quarantined, tuple(broken), message)


def _collect_refused(con: duckdb.DuckDBPyConnection, rules: Sequence[RecordRule]) -> list[Broken]:
    """Make ``refused_resources`` (a row a refused line and rule); returns what modifiers broke beyond the
    rules."""
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
    return extensions.refuse_modifiers(con)


def _quarantine(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Make ``quarantined``, the refused lines with their text; returns how many lines."""
    lines = count(con, "select count(distinct _row) from refused_resources")
    con.execute(f"create or replace temp table quarantined as {_with_text(path) if lines else _NONE}")
    return lines


def _with_text(path: Path) -> str:
    return f"""
        with lines as (
            select row_number() over () as _row, line
            from read_csv({literal(path)}, columns = {{'line': 'VARCHAR'}}, header = false,
                auto_detect = false, delim = chr(31), quote = '', escape = '', strict_mode = false,
                max_line_size = {_LONGEST_LINE}, buffer_size = {2 * _LONGEST_LINE})
            where trim(line, ' \t\r') <> ''
        )
        select _row, null::bigint as line_number, column_name, rule_id, line as raw
        from refused_resources join lines using (_row)"""


def _duplicates(con: duckdb.DuckDBPyConnection) -> list[Broken]:
    rows = count(
        con,
        """select sum(n - 1) from (
            select count(*) as n from resources
            where id is not null and _row not in (select _row from refused_resources)
            group by id having count(*) > 1)""",
    )
    return [Broken("duplicate_key", Severity.WARNING, rows, "$.id")] if rows else []


def _typed_sql(received: Received, resource_type: str, stripped: tuple[Stripped, ...]) -> str:
    elements = extensions.kept_elements(resource_type, stripped)
    return f"""
        select {elements}, {literal(received.feed.source)} as _source,
            {literal(received.feed.sender)} as _sender,
            cast({record_id(resource_type)} as varchar) as _record_id,
            {literal(received.file_id)} as _file_id, _row,
            date {literal(received.extract_date.isoformat())} as _extract_date
        from resources where _row not in (select _row from refused_resources)"""


def _current_sql(desk: Desk, resource_type: str, files: Iterable[KnownFile]) -> str:
    order = {file.file_id: number for number, file in enumerate(files)}
    paths = ", ".join(literal(desk.typed_path(FHIR, resource_type, file_id)) for file_id in order)
    columns = ", ".join(quoted(name) for name in shapes.columns(resource_type))
    places = ", ".join(f"{literal(file_id)}: {number}" for file_id, number in order.items())
    return f"""
        select {columns} from read_parquet([{paths}], union_by_name = true, hive_partitioning = false)
        qualify row_number() over (partition by id order by map {{{places}}}[_file_id] desc, _row desc) = 1"""
