"""Lands one FHIR NDJSON file of records, plain or gzipped: checked, typed, or quarantined line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np

from connectors.declare import Severity
from connectors.fhir import shapes
from connectors.fhir.out import is_exported, restored
from connectors.fhir.reader import read_ndjson
from connectors.fhir.rules import RecordRule, record_id, record_rules
from pipeline.duck import literal
from pipeline.landing import conformance, extensions, quarantine, sieve
from pipeline.landing.again import WAS_REFUSED, Again
from pipeline.landing.desk import Desk
from pipeline.landing.judged import Judged
from pipeline.landing.lines import staged_lines
from pipeline.landing.manifest import Manifest
from pipeline.landing.native import outcome_of, require_standing, with_totals
from pipeline.landing.outcomes import FHIR, Broken, FileOutcome, Stripped
from pipeline.landing.receive import Received
from pipeline.landing.scan import UnreadableError
from pipeline.landing.sieve import refused_rows
from pipeline.landing.tables import count, write_parquet
from pipeline.landing.typed_rows import put_typed
from pipeline.landing.unpack import gunzipped

NAME = re.compile(r"([A-Z][A-Za-z]+)(\.[^/]*)?\.ndjson(\.gz)?", re.IGNORECASE)
_TYPES = {name.lower(): name for name in shapes.SHAPES}
_NO_OTHERS: Mapping[int, int] = {}
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
    target = desk.typed_path(FHIR, resource_type, received.file_id)
    part = desk.part(target)
    judged, is_written = _judge(desk, received, resource_type, part, is_again=again is not None)
    if again:
        judged = again.judge(desk.con, judged)
        require_standing(received, judged)
    else:
        judged = with_totals(desk, received, manifest, judged)
    stripped: tuple[Stripped, ...] = ()
    if judged.is_refused:
        part.unlink(missing_ok=True)
        put_typed(desk, received.file_id, None, target)
    else:
        stripped = extensions.stripped(desk.con, resource_type)
        if not is_written:
            landed = _landed_sql("resources", is_exported=_has_exported(judged.broken))
            elements = extensions.kept_elements(resource_type, stripped)
            _write(desk, _typed_sql(received, resource_type, elements, landed), part, again)
        put_typed(desk, received.file_id, part, target)
    quarantine.write(desk.con, desk.zones, received, judged.broken)
    desk.con.execute("drop table if exists resources")
    return replace(outcome_of(received, judged, format_name=FHIR, name=received.name), stripped=stripped)


def read_resources(desk: Desk, received: Received, word: str) -> Path | Judged:
    """Read a file into the table ``resources``; its path without compression, or why it cannot be read."""
    path = _opened(desk, received)
    return path if isinstance(path, Judged) else _read_whole(desk, path, word)


def _read_whole(desk: Desk, path: Path, word: str) -> Path | Judged:
    try:
        read_ndjson(desk.con, path, word, into="resources")
    except ValueError:
        return _unreadable("not lines of JSON in UTF-8")
    return path


def _opened(desk: Desk, received: Received) -> Path | Judged:
    desk.con.execute("drop table if exists quarantined")
    if received.size == 0:
        return Judged(0, 0, (Broken("empty_file", Severity.FILE, 0),), "the file has no byte")
    try:
        return gunzipped(received.path, received.name, desk.work)
    except UnreadableError as error:
        return _unreadable(str(error))


def _unreadable(said: str) -> Judged:
    return Judged(0, 0, (Broken("unreadable_file", Severity.FILE, 0),), said)


def judge_lines(
    con: duckdb.DuckDBPyConnection, rules: Sequence[RecordRule], *, others: Mapping[int, int] = _NO_OTHERS
) -> tuple[int, list[Broken]]:
    """Run the rules over ``resources``; leaves ``judged`` (a flag a rule); gives rows and what they broke.

    ``others`` says how many rows that are not there broke which rule, by its place.
    """
    flags = "".join(f", coalesce({rule.predicate}, false) as _rule_{n}" for n, rule in enumerate(rules))
    con.execute(f"create or replace temp view judged as select _row{flags} from resources")
    sums = "".join(f", count_if(_rule_{n})" for n in range(len(rules)))
    counts = con.execute(f"select count(*){sums} from judged").fetchone() or (0,)
    found = [(rows or 0) + others.get(place, 0) for place, rows in enumerate(counts[1:])]
    broken = [
        Broken(rule.rule_id, rule.severity, rows, rule.path)
        for rule, rows in zip(rules, found, strict=True)
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


def quarantine_lines(con: duckdb.DuckDBPyConnection, texts: str) -> int:
    """Make ``quarantined``, the refused lines with their text, of which ``texts`` is a SELECT of ``_row,
    line``; returns how many lines."""
    lines = count(con, "select count(distinct _row) from refused_resources")
    with_text = f"""
        select _row, null::bigint as line_number, column_name, rule_id, line as raw
        from refused_resources join ({texts}) using (_row)"""
    con.execute(f"create or replace temp table quarantined as {with_text if lines else _NONE}")
    return lines


def refusing(broken: Sequence[Broken], lines: int) -> str:
    """The rules that refused lines, as a sentence; empty where none did."""
    words = sorted({item.rule_id for item in broken if item.severity is Severity.ROW})
    return f"{lines} rows refused ({', '.join(words)})" if lines else ""


def _judge(
    desk: Desk, received: Received, resource_type: str, part: Path, *, is_again: bool
) -> tuple[Judged, bool]:
    """The verdict; and whether the file is so large that it was written on the way, to ``part``. Else
    ``resources`` has its rows."""
    rules = record_rules(resource_type)
    path = _opened(desk, received)
    if isinstance(path, Judged):
        return path, False
    if not is_again and path.stat().st_size >= sieve.LARGE_FROM:
        judged = _judge_apart(desk, received, resource_type, rules, path, part)
        if judged:
            return judged, True
    found = _read_whole(desk, path, resource_type)
    return (found if isinstance(found, Judged) else _judge_whole(desk, resource_type, rules, found)), False


def _judge_apart(
    desk: Desk,
    received: Received,
    resource_type: str,
    rules: Sequence[RecordRule],
    path: Path,
    part: Path,
) -> Judged | None:
    """None where the file is not told apart, or something is to be looked for in every line."""
    con, was_exported = desk.con, is_exported(received.name)
    elements = extensions.kept_elements_of(resource_type, suspects="_is_suspect")
    landed = _landed_sql("sound_rows", is_exported=was_exported)
    typed = _typed_sql(received, resource_type, elements, landed)
    sieved = sieve.sieve(con, path, resource_type, rules, desk.work, typed, part)
    if sieved is None:
        return None
    _, broken = judge_lines(con, rules, others=sieved.warnings)
    broken += _refuse_more(con, sieved.texts, resource_type, rules)
    if conformance.look(con, sieved.texts, resource_type, rows=sieved.rows):
        part.unlink()
        return None
    broken += conformance.refuse_nonconforming(con)
    refused = refused_rows(con)
    if not np.array_equal(refused, sieved.withheld) or _has_exported(broken) > was_exported:
        stripped = extensions.stripped(con, resource_type)
        elements = extensions.kept_elements(resource_type, stripped)
        landed = _landed_sql("sound_rows", is_exported=_has_exported(broken))
        typed = _typed_sql(received, resource_type, elements, landed)
        sieved.write(con, typed, part, refused=refused)
    lines = quarantine_lines(con, sieved.texts)
    ids = f"read_parquet({literal(part)}, hive_partitioning = false)"
    broken += _repeated(count(con, f"select count(id) - count(distinct id) from {ids}"))
    return Judged(sieved.rows, lines, tuple(broken), refusing(broken, lines))


def _judge_whole(desk: Desk, resource_type: str, rules: Sequence[RecordRule], path: Path) -> Judged:
    con, texts = desk.con, staged_lines(desk.con, path, desk.work)
    rows, broken = judge_lines(con, rules)
    broken += _refuse_more(con, texts, resource_type, rules)
    if conformance.look(con, texts, resource_type, rows=rows):
        conformance.follow_all(con, texts)
    broken += conformance.refuse_nonconforming(con)
    lines = quarantine_lines(con, texts)
    return Judged(rows, lines, (*broken, *_duplicates(con)), refusing(broken, lines))


def _refuse_more(
    con: duckdb.DuckDBPyConnection, texts: str, resource_type: str, rules: Sequence[RecordRule]
) -> list[Broken]:
    """Make ``refused_resources`` by the rules and by the modifiers inside of records; gives the latter."""
    extensions.find(con, texts, resource_type)
    collect_refused(con, rules)
    return extensions.refuse_modifiers(con)


def _write(desk: Desk, typed: str, part: Path, again: Again | None) -> None:
    passed = "_row not in (select _row from refused_resources)" + (f" and {WAS_REFUSED}" if again else "")
    write_parquet(desk.con, f"{typed} where {passed} order by _row", part)
    if again:
        again.join(desk.con, part)


def _duplicates(con: duckdb.DuckDBPyConnection) -> list[Broken]:
    rows = count(
        con,
        """select sum(n - 1) from (
            select count(*) as n from resources
            where id is not null and _row not in (select _row from refused_resources)
            group by id having count(*) > 1)""",
    )
    return _repeated(rows)


def _repeated(rows: int) -> list[Broken]:
    return [Broken("duplicate_key", Severity.WARNING, rows, "$.id")] if rows else []


def _has_exported(broken: Sequence[Broken]) -> bool:
    """Whether an export wrote one of the records."""
    return any(item.rule_id == "exported_record" for item in broken)


def _landed_sql(rows: str, *, is_exported: bool) -> str:
    """SELECT of records as they were before an export wrote them, if one did."""
    if is_exported:
        return restored(rows)
    return f"select *, null::varchar as _landed_record, null::date as _landed_on from {rows}"


def _typed_sql(received: Received, resource_type: str, elements: str, landed: str) -> str:
    day = f"date {literal(received.extract_date.isoformat())}"
    return f"""
        select {elements}, {literal(received.feed.source)} as _source,
            {literal(received.feed.sender)} as _sender,
            cast(coalesce(_landed_record, {record_id(resource_type)}) as varchar) as _record_id,
            {literal(received.file_id)} as _file_id, _row, least(_landed_on, {day}) as _extract_date
        from ({landed})"""
