"""FHIR NDJSON (plain or gzipped) into typed rows of the declared shape, numbered as they lie in the file.

A sound file is read with explicit columns, which is three times as fast as letting the engine guess. Where
anything in it is broken, that read stops, and the file is read again line by line: each line is then either
of the shape or says what is wrong with it, and one bad line costs no other. Blank lines are not counted.

Elements that the shape does not have are left out. Nothing here looks at what the values mean:
:mod:`connectors.fhir.rules` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
from duckdb.sqltypes import DuckDBPyType

from connectors.fhir.shapes import SHAPES
from connectors.types import quoted

# Beside the elements: what the checks need and the shape does not keep.
ENVELOPE = {"resourceType": "VARCHAR", "implicitRules": "VARCHAR"}
PROBLEMS = {
    "malformed_json": "the line is not one JSON object",
    "malformed_shape": "an element is of a wrong JSON type",
}
_LONGEST_LINE = 64 * 1024 * 1024
_SCALARS = {"boolean", "double", "bigint"}


def read_ndjson(con: duckdb.DuckDBPyConnection, path: Path, resource_type: str, *, into: str) -> bool:
    """Create the temporary table ``into`` with one row a line of ``path``.

    Columns: ``_row`` (1 = first line), ``_problem`` (null, or a word of :data:`PROBLEMS`), ``_problem_at``
    (JSON path), ``resourceType``, ``implicitRules``, then the elements of ``resource_type``. Returns whether
    the file could be read in one go. Never raises an engine error that quotes the file; raises
    :class:`ValueError` where it cannot be read at all (not text, not gzip, a line beyond 64 MB).
    """
    try:
        _create(con, into, _in_one_go(path, resource_type))
        # The engine says nothing of a lone malformed line without its newline, so nothing is not trusted.
        if con.execute(f"select count(*) > 0 from {quoted(into)}").fetchone() == (True,) or _is_empty(path):
            return True
    except duckdb.Error:
        pass  # its text may hold a value
    try:
        _create(con, into, _line_by_line(path, resource_type))
    except duckdb.Error:
        raise ValueError(f"{path.name} is not readable as UTF-8 lines of JSON") from None
    return False


def _is_empty(path: Path) -> bool:
    return path.stat().st_size == 0


def _create(con: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
    con.execute(f"create or replace temp table {quoted(table)} as {select}")


def _in_one_go(path: Path, resource_type: str) -> str:
    columns = ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in _columns(resource_type).items())
    return f"""
        select row_number() over () as _row, null::varchar as _problem, null::varchar as _problem_at, *
        from read_json({_text(str(path))}, format = 'newline_delimited', columns = {{{columns}}},
            records = true, maximum_object_size = {_LONGEST_LINE})
    """


def _line_by_line(path: Path, resource_type: str) -> str:
    shape = "STRUCT(" + ", ".join(f"{quoted(n)} {kind}" for n, kind in _columns(resource_type).items()) + ")"
    wrong = ", ".join(
        f"if({predicate}, {_text(where)}, null)" for where, predicate in _mismatches(_columns(resource_type))
    )
    return f"""
        with lines as (
            select line
            from read_csv({_text(str(path))}, columns = {{'line': 'VARCHAR'}}, header = false,
                auto_detect = false, delim = chr(31), quote = '', escape = '',
                strict_mode = false, max_line_size = {_LONGEST_LINE},
                buffer_size = {2 * _LONGEST_LINE})
            where trim(line, ' \t\r') <> ''
        ),
        parsed as (
            select row_number() over () as _row,
                case when json_valid(line) then if(json_type(line) = 'OBJECT', line::json, null) end
                    as document
            from lines
        ),
        checked as (
            select *, list_filter([{wrong}], lambda x: x is not null)[1] as _problem_at from parsed
        )
        select _row,
            case
                when document is null then 'malformed_json'
                when _problem_at is not null then 'malformed_shape'
            end as _problem,
            _problem_at,
            unnest(try_cast(document as {shape}))
        from checked
    """


def _columns(resource_type: str) -> dict[str, str]:
    return {**ENVELOPE, **SHAPES[resource_type]}


def _mismatches(columns: dict[str, str]) -> Iterator[tuple[str, str]]:
    """JSON path and predicate over ``document`` of every place where a value can be of a wrong type."""
    for name, kind in columns.items():
        yield from _mismatch(DuckDBPyType(kind), f"$.{name}")


def _mismatch(kind: DuckDBPyType, path: str) -> Iterator[tuple[str, str]]:
    if kind.id == "struct":
        yield path, _not_of(path, "OBJECT")
        for name, child in _children(kind).items():
            yield from _mismatch(child, f"{path}.{name}")
    elif kind.id == "list":
        yield path, _not_of(path, "ARRAY")
        yield from _mismatch(_children(kind)["child"], f"{path}[*]")
    elif kind.id in _SCALARS:
        found = _listed("json_extract_string", path)
        bad = f"x is not null and try_cast(x as {kind}) is null"
        yield path, f"len(list_filter({found}, lambda x: {bad})) > 0"


def _children(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    return {name: child for name, child in kind.children if isinstance(child, DuckDBPyType)}


def _not_of(path: str, json_type: str) -> str:
    found = _listed("json_type", path)
    return f"len(list_filter({found}, lambda x: x is not null and x not in ('{json_type}', 'NULL'))) > 0"


def _listed(function: str, path: str) -> str:
    """What ``function`` finds at ``path`` as a list: it gives one by itself for a path with a wildcard."""
    found = f"{function}(document, {_text(path)})"
    return found if "*" in path else f"[{found}]"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
