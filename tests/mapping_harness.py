"""Runs a format's mappings on a handful of rows, as the landing room runs them on files.

Rows are given as the sender writes them (text), typed by :mod:`connectors.types`, and mapped by the
SQL beside the format into tables of the declared shape.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from connectors import registry, rules
from connectors.declare import PERSON_ELSEWHERE, Format, NativeFile
from connectors.fhir import shapes
from connectors.types import quoted

MACROS = Path(shapes.__file__).with_name("macros.sql")
Rows = Mapping[str, Sequence[Mapping[str, str | None]]]
EXTRACT_DATE = "2026-03-31"
GOLDEN = Path(__file__).with_name("golden") / "connectors"


@dataclass(frozen=True, slots=True)
class Case:
    """A golden case: a folder of the senders' CSVs, ``<source>/<case>``; of GP ``gp/<format>/<case>``."""

    source: str
    format_name: str
    folder: Path

    def __str__(self) -> str:
        return f"{self.source}-{self.format_name}-{self.folder.name}"


def golden_cases() -> list[Case]:
    """Every golden case of every native format, in a stable order."""
    return [
        Case(word, format_.name, path.parent / "input" if (path.parent / "input").is_dir() else path.parent)
        for word, source in registry.SOURCES.items()
        for format_ in source.formats
        for path in sorted((GOLDEN / word / (format_.name if word == "gp" else "")).glob("*/expected.json"))
    ]


def connection(source: str, sender: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB with the macros and the variables that mappings may use."""
    con = duckdb.connect()
    con.execute(MACROS.read_text(encoding="utf-8"))
    con.execute("set variable source = $1", [source])
    con.execute("set variable sender = $1", [sender])
    return con


def load(con: duckdb.DuckDBPyConnection, format_: Format, rows: Rows) -> None:
    """Create every view of the format, typed, with its lineage; files without rows stay empty."""
    unknown = set(rows) - {file.stem for file in format_.files}
    if unknown:
        raise ValueError(f"{format_.name} has no {sorted(unknown)}")
    for number, file in enumerate(format_.files):
        _load_file(con, format_, file, rows.get(file.stem, ()), f"{number:016x}")


def map_rows(
    source: str,
    format_name: str,
    rows: Rows,
    *,
    sender: str = "X99",
    only: Collection[str] = shapes.RESOURCE_TYPES,
) -> dict[str, list[dict[str, Any]]]:
    """Resource type (of ``only``) -> mapped rows (elements and lineage, nulls removed), by file, row, id."""
    con = connection(source, sender)
    load(con, registry.format_named(source, format_name), rows)
    return {
        resource_type: _mapped(con, resource_type, [sql for _, sql in parts])
        for resource_type, parts in registry.mapping_sql(source, format_name).items()
        if resource_type in only
    }


def resource(row: Mapping[str, Any], resource_type: str) -> dict[str, Any]:
    """A mapped row as the FHIR JSON that it stands for: no lineage, ``resourceType`` added."""
    return {"resourceType": resource_type} | {k: v for k, v in row.items() if not k.startswith("_")}


def rows_about_people(source: str, format_name: str, rows: Rows) -> set[tuple[str, int]]:
    """(file id, row) of every row that is about a person and so must yield a resource of its own."""
    con = connection(source, "X99")
    format_ = registry.format_named(source, format_name)
    load(con, format_, rows)
    return {
        found
        for file in format_.files
        if not file.supporting
        for found in con.execute(
            f"select _file_id, _row from {quoted(file.stem)} "
            f"where _record_id is not null or {file.record_id == PERSON_ELSEWHERE}"
        ).fetchall()
    }


def read_rows(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Every CSV of a folder by its stem; columns that are left out are empty."""
    return {
        path.stem: list(csv.DictReader(path.open(encoding="utf-8"))) for path in sorted(folder.glob("*.csv"))
    }


def stripped(value: Any) -> Any:
    """``value`` without nulls, empty lists and empty objects, as FHIR JSON wants it."""
    if isinstance(value, Mapping):
        kept = {key: stripped(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, [], {})}
    if isinstance(value, list):
        return [item for item in map(stripped, value) if item not in (None, [], {})]
    return value


def _load_file(
    con: duckdb.DuckDBPyConnection,
    format_: Format,
    file: NativeFile,
    rows: Iterable[Mapping[str, str | None]],
    file_id: str,
) -> None:
    names = [column.name for column in file.columns]
    received = f"received_{file.stem}"
    columns = ", ".join(f"{quoted(name)} varchar" for name in names)
    con.execute(f"create table {received} (_row bigint, {columns})")
    for number, row in enumerate(rows, start=1):
        _known(row, file)
        values = [number, *(row.get(name) for name in names)]
        con.execute(f"insert into {received} values ({', '.join('?' * len(values))})", values)
    typed = ", ".join(rules.typed_columns(file, format_))
    con.execute(
        f"""create table {quoted(file.stem)} as
        with typed as (select {typed}, _row from {received})
        select *, getvariable('source') as _source, getvariable('sender') as _sender, '{file_id}' as _file_id,
            date '{EXTRACT_DATE}' as _extract_date, {file.record_id or "null::varchar"} as _record_id
        from typed"""
    )


def _known(row: Mapping[str, str | None], file: NativeFile) -> None:
    unknown = set(row) - {column.name for column in file.columns}
    if unknown:
        raise ValueError(f"{file.name} has no columns {sorted(unknown)}")


def _mapped(con: duckdb.DuckDBPyConnection, resource_type: str, parts: Sequence[str]) -> list[dict[str, Any]]:
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in shapes.columns(resource_type).items())
    con.execute(f"create table mapped_{resource_type} ({columns})")
    for sql in parts:
        con.execute(
            f"insert into mapped_{resource_type} by name "
            f"select *, getvariable('source') as _source, getvariable('sender') as _sender from ({sql})"
        )
    rows = con.execute(
        f"select to_json(m) from mapped_{resource_type} m order by _file_id, _row, id"
    ).fetchall()
    return [stripped(json.loads(text)) for (text,) in rows]
