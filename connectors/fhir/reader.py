"""FHIR NDJSON (plain or gzipped) into typed rows of the declared shape, numbered as they lie in the file.

A sound file is read with explicit columns, which is three times as fast as letting the engine guess. Where
anything in it is broken, that read stops, and the file is read again line by line: each line is then either
of the shape or says what is wrong with it, and one bad line costs no other. Blank lines are not counted.

Elements that the shape does not have are left out. Nothing here looks at what the values mean:
:mod:`connectors.fhir.rules` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from connectors.fhir.json_types import doubt, first_mismatch, literal
from connectors.fhir.lines import LONGEST_LINE, OtherLinesError, lines_of, trimmed_lines
from connectors.fhir.shapes import MESSAGES, SHAPES
from connectors.types import quoted

# Beside the elements: what the checks need and the shape does not keep.
ENVELOPE = {"resourceType": "VARCHAR", "implicitRules": "VARCHAR"}
PROBLEMS = {
    "malformed_json": "the line is not one JSON object",
    "malformed_shape": "an element is of a wrong JSON type",
}
_DOCUMENT = "case when json_valid(line) then if(json_type(line) = 'OBJECT', line::json, null) end"


def read_ndjson(con: duckdb.DuckDBPyConnection, path: Path, resource_type: str, *, into: str) -> bool:
    """Create the temporary table ``into`` with one row a line of ``path``.

    Columns: ``_row`` (1 = first line), ``_problem`` (null, or a word of :data:`PROBLEMS`), ``_problem_at``
    (JSON path), ``resourceType``, ``implicitRules``, then the elements of ``resource_type``. Returns whether
    the file could be read in one go. Never raises an engine error that quotes the file; raises
    :class:`ValueError` where it cannot be read at all (not text, not gzip, a line beyond 64 MB).
    """
    try:
        _create(con, into, _in_one_go(path, resource_type))
        # The engine is silent about a lone malformed line without a newline: no rows is not yet an answer.
        if con.execute(f"select count(*) > 0 from {quoted(into)}").fetchone() == (True,) or _is_empty(path):
            return True
    except duckdb.Error:
        pass  # its text may hold a value
    try:
        try:
            with trimmed_lines(con, path) as lines:
                _create(con, into, _line_by_line(lines, resource_type))
        except OtherLinesError:
            _create(con, into, _line_by_line(lines_of(path), resource_type))
    except duckdb.Error:
        raise ValueError(f"{path.name} is not readable as UTF-8 lines of JSON") from None
    return False


def read_lines(con: duckdb.DuckDBPyConnection, lines: str, resource_type: str, *, into: str) -> None:
    """As :func:`read_ndjson` for the SELECT ``lines`` of some lines: ``_row, line, in_doubt``. Lines that are
    not in doubt are known to be of the shape."""
    columns = _columns(resource_type)
    parsed = f"""
        with parsed as materialized (
            select _row, {_DOCUMENT} as document, if(in_doubt, json_structure(document), null) as structure
            from ({lines})
        )"""
    _create(con, into, f"{parsed}{_judged(columns)}")


def typed_lines(lines: str, resource_type: str) -> str:
    """SELECT of ``_row`` and the elements of the sound lines that the relation ``lines`` has as JSON."""
    return f"select _row, unnest(try_cast(line as {_struct(_columns(resource_type))})) from {lines}"


def judged_lines(lines: str, resource_type: str, *, beside: Sequence[str]) -> str:
    """SELECT of what rules ask of the sound lines that the relation ``lines`` has as JSON: ``_row, line,
    _is_suspect``, ``_problem`` (null), the elements, and as JSON the members ``beside`` that the shape does
    not have. Each line is read once."""
    columns = {**_columns(resource_type), **dict.fromkeys(beside, "JSON")}
    return f"""
        select _row, line, _is_suspect, null::varchar as _problem, unnest(read)
        from (select *, try_cast(line as {_struct(columns)}) as read from {lines})"""


def _is_empty(path: Path) -> bool:
    return path.stat().st_size == 0


def _create(con: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
    con.execute(f"create or replace temp table {quoted(table)} as {select}")


def _in_one_go(path: Path, resource_type: str) -> str:
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in _columns(resource_type).items())
    return f"""
        select row_number() over () as _row, null::varchar as _problem, null::varchar as _problem_at, *
        from read_json({literal(str(path))}, format = 'newline_delimited', columns = {{{columns}}},
            records = true, maximum_object_size = {LONGEST_LINE})
    """


def _line_by_line(lines: str, resource_type: str) -> str:
    return f"""
        with parsed as materialized (
            select _row, {_DOCUMENT} as document, json_structure(document) as structure from ({lines})
        ){_judged(_columns(resource_type))}
    """


def _judged(columns: Mapping[str, str]) -> str:
    """The rest of a SELECT over ``parsed``: ``_row``, ``document`` and, where it may be of another shape, its
    ``structure``."""
    return f""",
        structures as (  -- an aggregate, for the engine would test every line if this were a distinct
            select any_value(structure) as structure from parsed group by structure
        ),
        in_doubt as (
            select structure from structures where {doubt("structure", columns)}
        ),
        checked as (
            select parsed._row, document,
                if(in_doubt.structure is null, null, {first_mismatch("document", columns)}) as _problem_at
            from parsed left join in_doubt on in_doubt.structure = parsed.structure
        )
        select _row,
            case
                when document is null then 'malformed_json'
                when _problem_at is not null then 'malformed_shape'
            end as _problem,
            _problem_at,
            unnest(try_cast(document as {_struct(columns)}))
        from checked"""


def _struct(columns: Mapping[str, str]) -> str:
    return "STRUCT(" + ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items()) + ")"


def _columns(resource_type: str) -> dict[str, str]:
    shape = SHAPES[resource_type] if resource_type in SHAPES else MESSAGES[resource_type]
    return {**ENVELOPE, **shape}
