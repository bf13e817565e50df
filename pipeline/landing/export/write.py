"""Writes the records of one slice as NDJSON files of a bounded size, each in the order of the records' ids.

Equal records give equal bytes: lines are sorted, and a part begins where the bytes before it say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from connectors.fhir.messages import DELETIONS
from connectors.fhir.out import lines_sql
from pipeline.duck import literal, values_hidden
from pipeline.errors import WsicError
from pipeline.landing.export.listing import ExportedFile
from pipeline.landing.export.records import Slice
from pipeline.landing.tables import count

# A unit separator stands in no JSON text, and nothing is quoted: a line is written as it is.
_AS_LINES = "format csv, header false, quote '', escape '', delimiter e'\\x1f'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How files are written: gzipped or not, and about how many bytes long before that."""

    is_gzipped: bool
    part_bytes: int


def write_slice(
    con: duckdb.DuckDBPyConnection, slice_: Slice, place: Path, day: date, form: Form
) -> list[ExportedFile]:
    """Write every record of ``slice_``: ``<place>/<source>/<sender>/<day>/<Type>.exported-<n>.ndjson[.gz]``.

    ``con`` has the macros. Returns the files in their order; none where there is no record.
    """
    lines = lines_sql(slice_.resource_type, slice_.rows)
    return _write(con, lines, slice_, slice_.resource_type, place, day, form)


def write_deletions(
    con: duckdb.DuckDBPyConnection, gone: str, slice_: Slice, place: Path, day: date, form: Form
) -> list[ExportedFile]:
    """Write what is there no more, of the feed of ``slice_``: a Bundle of one DELETE a line.

    ``gone`` is a SELECT of ``resource_type, id`` (HL7 FHIR Bulk Data Access, "deleted").
    """
    entry = """'{"request":{"method":"DELETE","url":"' || resource_type || '/' || id || '"}}'"""
    lines = f"""select resource_type || '/' || id as id,
        '{{"resourceType":"{DELETIONS}","type":"transaction","entry":[' || {entry} || ']}}' as line
        from ({gone})"""
    return _write(con, lines, slice_, DELETIONS, place, day, form)


def _write(
    con: duckdb.DuckDBPyConnection, lines: str, slice_: Slice, word: str, place: Path, day: date, form: Form
) -> list[ExportedFile]:
    own = Path(slice_.feed.source) / slice_.feed.sender / day.isoformat()
    ending = ".ndjson.gz" if form.is_gzipped else ".ndjson"
    with values_hidden(f"{slice_.feed}: export of {word}"):
        parts = _divide(con, lines, form)
    if parts:
        (place / own).mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    for number, rows in enumerate(parts):
        name = own / f"{word}.exported-{number + 1:04d}{ending}"
        _write_part(con, lines, number, place / name, form)
        written.append(_look_at(place, name, word, slice_, rows))
    return written


def _divide(con: duckdb.DuckDBPyConnection, lines: str, form: Form) -> list[int]:
    """Make ``export_part`` (``part, first, last``: ids); returns how many lines each part has.

    Only lengths are kept, so that memory does not grow with the text.
    """
    con.execute(
        f"""create or replace temp table export_part as
        with sized as (
            select id, (sum(strlen(line) + 1) over (order by id) - 1) // {form.part_bytes} as volume
            from ({lines})
        )
        select row_number() over (order by volume) - 1 as part, min(id) as first, max(id) as last,
            count(*) as lines
        from sized group by volume"""
    )
    return [row[0] for row in con.execute("select lines from export_part order by part").fetchall()]


def _write_part(con: duckdb.DuckDBPyConnection, lines: str, number: int, target: Path, form: Form) -> None:
    bounds = f"(select {{0}} from export_part where part = {number})"
    chosen = f"id between {bounds.format('first')} and {bounds.format('last')}"
    compression = "gzip" if form.is_gzipped else "none"
    with values_hidden(f"{target.name}: export"):
        rows = f"select line from ({lines}) where {chosen} order by id, line"
        written = count(con, f"copy ({rows}) to {literal(target)} ({_AS_LINES}, compression {compression})")
    target.chmod(0o600)
    expected = count(con, f"select lines from export_part where part = {number}")
    if written != expected:
        raise WsicError(f"{target.name}: {written} records were written of {expected}; export again")


def _look_at(place: Path, name: Path, word: str, slice_: Slice, rows: int) -> ExportedFile:
    with (place / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ExportedFile(
        feed=slice_.feed, resource_type=word, path=name, rows=rows, sha256=digest,
        size=(place / name).stat().st_size,
    )  # fmt: skip
