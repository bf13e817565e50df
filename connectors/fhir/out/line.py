"""The NDJSON line of a landed record, in SQL derived from the declared shape.

FHIR JSON has no nulls, no empty texts, lists or objects: a member that says nothing is left out. The engine
writes them all, and they are taken off its text: inside a JSON text every quote has a backslash before it, so
nothing there is taken for a member. Elements come in the order of the shape: equal records are equal lines.
"""

from __future__ import annotations

from duckdb.sqltypes import DuckDBPyType

from connectors.fhir import shapes, systems
from connectors.fhir.out.marks import ADDED, DAY, LACKED, RECORD
from connectors.types import quoted

SENDER = systems.LOCAL_ID.removesuffix("Id/") + "Sender/"  # meta.source: <SENDER><source>/<sender>
_VERSION_DIGITS = 32
_APART = ("id", "meta", "extension")
_EMPTY = r'(?:null|""|\{\}|\[(?:(?:null|""|\{\}),?)*\])'
_SAYS_NOTHING = rf',"[A-Za-z0-9]+":{_EMPTY}|"[A-Za-z0-9]+":{_EMPTY},?'
_DEEPEST = 7  # objects and lists within each other; what holds nothing but empty ones goes with the next pass


def lines_sql(resource_type: str, rows: str) -> str:
    """SELECT of ``id, line`` of landed ``rows`` (:func:`connectors.fhir.shapes.columns`).

    Beside the landed elements: ``resourceType``; where meta has none, ``versionId`` (a hash of the content),
    ``lastUpdated`` (the day of the extract, in London) and ``source`` (the sender); and the marks. Uses the
    macros of ``connectors/fhir/macros.sql``.
    """
    own = ", ".join(
        f"'{name}': {quoted(name)}" for name in shapes.SHAPES[resource_type] if name not in _APART
    )
    begins = f'{{"resourceType":"{resource_type}","id":'
    return f"""
        with told as (
            select id, meta, _source, _sender, _record_id, _extract_date, {_said("to_json(meta)")} as _meta,
                {_said("to_json(extension)")} as _extension, {_said(f"to_json({{{own}}})")} as _own
            from {rows}
        ),
        versioned as (
            select *, left(sha256(concat_ws(',', _meta, _extension, _own)), {_VERSION_DIGITS}) as _version
            from told
        )
        select id, concat('{begins}', to_json(id)::varchar,
            ',"meta":', {_said(f"to_json({_meta()})")}, ',"extension":', {_with_marks()},
            if(_own = '{{}}', '}}', ',' || substr(_own, 2))) as line
        from versioned"""


def _said(json: str) -> str:
    """The text of ``json`` without members that say nothing."""
    text = f"({json})::varchar"
    for _ in range(_DEEPEST):
        text = f"regexp_replace({text}, '{_SAYS_NOTHING}', '', 'g')"
    return text


def _meta() -> str:
    added = {
        "versionId": "_version",
        "lastUpdated": "london_instant(_extract_date)",
        "source": f"'{SENDER}' || _source || '/' || _sender",
    }
    members = (
        f"'{name}': " + (f"coalesce({value}, {added[name]})" if name in ADDED else value)
        for name, value in ((name, f"meta.{quoted(name)}") for name, _ in DuckDBPyType(shapes.META).children)
    )
    return "{" + ", ".join(members) + "}"


def _with_marks() -> str:
    lacked = ", ".join(f"if(meta.{quoted(name)} is null, '{name}', null)" for name in ADDED)
    own = "nullif(nullif(coalesce(_extension, 'null'), 'null'), '[]')"
    marks = (
        f"substr({own}, 2, length({own}) - 2)",
        _mark(DAY, "valueDate", "strftime(_extract_date, '%Y-%m-%d')"),
        _mark(RECORD, "valueString", "_record_id"),
        _mark(LACKED, "valueString", f"nullif(concat_ws(' ', {lacked}), '')"),
    )
    return f"'[' || concat_ws(',', {', '.join(marks)}) || ']'"


def _mark(url: str, name: str, value: str) -> str:
    return f'\'{{"url":"{url}","{name}":\' || to_json({value})::varchar || \'}}\''
