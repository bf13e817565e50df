"""Reads a CSV file into numbered rows, in its own order, and lines that cannot be read into refused ones.

Tables left on the connection: view ``checked`` (``_row``, then what the check makes of the text) and table
``refused_lines`` (``_row``, ``line_number``, ``rule_id``, ``raw``). ``_row`` counts the data records of the
file from 1, refused ones included; ``line_number`` is the physical line in which the record begins.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import ARROW
from duckdb.sqltypes import BIGINT

from connectors.declare import NativeFile
from connectors.types import cleaned, quoted
from pipeline.duck import literal
from pipeline.landing.header import TRAILING
from pipeline.landing.scan import Structure, UnreadableError, line_numbers, scan
from pipeline.landing.tables import count, write_parquet

_RAW_AT_MOST = 10_000  # the reader shortens the text of a refused record to this
_LINE_AT_MOST = 16 * 1024 * 1024
TEXT_CAME = "text_came"  # the relation over which the SELECT of read_rows is written
AS_IT_CAME = f"select * from {TEXT_CAME}"
ROW_OF_PLACE = "row_of_place"  # the macro that gives a row's number by its place among those that were read
_NUMBERED = "numbered_row"
_NO_REFUSED_LINES = """create or replace temp table refused_lines
    (_row bigint, line_number bigint, rule_id varchar, raw varchar)"""

# What the reader calls an error, and our rule.
_RULES = {
    "MISSING COLUMNS": "wrong_field_count",
    "TOO MANY COLUMNS": "wrong_field_count",
    "INVALID ENCODING": "invalid_encoding",
    "UNQUOTED VALUE": "malformed_quote",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}


def normalised(path: Path, work: Path) -> Path:
    """``path`` with every line ended by a line feed: itself, or a working copy of it.

    The reader loses rows in files that mix line ends (measured on DuckDB 1.5.5), so it never sees one.
    """
    with path.open("rb") as file:
        if not any(b"\r" in block for block in iter(lambda: file.read(1 << 22), b"")):
            return path
        file.seek(0)
        target = work / f"{path.name}.lf"
        with target.open("wb") as copy:
            held = b""
            for block in iter(lambda: file.read(1 << 22), b""):
                text = (held + block).replace(b"\r\n", b"\n")
                held = b"\r" if text.endswith(b"\r") else b""
                copy.write(text.removesuffix(held).replace(b"\r", b"\n"))
            copy.write(b"\n" if held else b"")
    return target


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a file: its counted structure, and the lines that were refused."""

    structure: Structure
    refused_lines: int
    behind: int = 0  # rows with a value behind the last column


def read_rows(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    work: Path,
    *,
    names: Sequence[str],
    file: NativeFile,
    checking: Callable[[Structure], str] = lambda _: AS_IT_CAME,
) -> Reading:
    """Read ``path`` (line feeds only) whose header is ``names``, once, through the SELECT that ``checking``
    makes of what its bytes say: over the relation ``text_came`` of the declared columns as VARCHAR and
    ``_behind`` (whether anything stands behind the last column, which that SELECT gives too).

    Raises :class:`UnreadableError` where the reader's rows and the counted records differ.
    """
    staged = work / "checked.parquet"
    # First: what is wrong by the bytes is said in place of what the reader makes of it.
    structure = scan(path)
    received = _read(con, path, staged, _through(names, file, checking(structure)))
    con.execute(_NO_REFUSED_LINES)
    if not count(con, "select count(*) from csv_errors"):
        _agree(structure, received)
        _view_checked(con, staged)
        return Reading(structure, 0, _behind(con, names))
    _number_refused(con, path, structure)
    _agree(structure, received + count(con, "select count(*) from refused_records"))
    _number_rows(con)
    _view_checked(con, staged, number=f"{_NUMBERED}(place)")
    return Reading(structure, count(con, "select count(*) from refused_lines"), _behind(con, names))


def stage_text(
    con: duckdb.DuckDBPyConnection, path: Path, work: Path, *, names: Sequence[str], file: NativeFile
) -> None:
    """View ``received``: the text of the rows of a file that has been read, by its declared columns. For what
    is asked of few files only."""
    staged = work / "received.parquet"
    _read(con, path, staged, _through(names, file, AS_IT_CAME))
    con.execute(f"create or replace temp view received as select * from read_parquet({literal(staged)})")


def _through(names: Sequence[str], file: NativeFile, checking: str) -> tuple[str, str]:
    """The reader's columns, and the statement over ``rows_read`` that it is read through."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    items = ", ".join(
        quoted(column.name) if column.name in names else f"null::varchar as {quoted(column.name)}"
        for column in file.columns
    )
    behind = f"{cleaned(quoted(TRAILING))} is not null" if TRAILING in names else "false"
    return columns, f"{TEXT_CAME} as (select {items}, {behind} as _behind from rows_read) {checking}"


def _read(con: duckdb.DuckDBPyConnection, path: Path, staged: Path, through: tuple[str, str]) -> int:
    columns, statement = through
    for table in ("csv_errors", "csv_scans"):
        con.execute(f"drop table if exists {table}")
    return write_parquet(
        con,
        f"""with rows_read as (
            select * from read_csv({literal(path)}, columns = {{{columns}}}, header = true,
                auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', strict_mode = true,
                max_line_size = {_LINE_AT_MOST}, buffer_size = {2 * _LINE_AT_MOST},
                store_rejects = true, rejects_limit = 0,
                rejects_table = 'csv_errors', rejects_scan = 'csv_scans')
        ), {statement}""",
        staged,
        compression="lz4_raw",  # read twice and thrown away
        has_dictionaries=False,
    )


def _number_refused(con: duckdb.DuckDBPyConnection, path: Path, structure: Structure) -> None:
    """``broken_records``: per refused record how many good rows stand before it, and its lines.

    The reader numbers records, blank lines among them. A record that an open quote swallowed several
    lines into counts as that many rows: none of them came through.
    """
    rules = ", ".join(f"{literal(error)}: {literal(rule)}" for error, rule in _RULES.items())
    con.execute(
        f"""create or replace temp table broken_records as
        select line, min(line_byte_position) as position, ltrim(any_value(csv_line), chr(10)) as raw,
            length(any_value(csv_line)) - length(ltrim(any_value(csv_line), chr(10))) as lead,
            coalesce(map {{{rules}}}[arg_min(error_type::varchar, column_idx)], 'unreadable_line') as rule_id
        from csv_errors group by line order by line"""
    )
    found = con.execute(
        "select line, position + lead as position from broken_records order by 1"
    ).fetchnumpy()
    positions = np.asarray(found["position"], dtype=np.int64)
    places = pa.table(
        {
            "line": np.asarray(found["line"], dtype=np.int64),
            "blanks": np.searchsorted(structure.blank_lines, positions),
            "line_number": line_numbers(path, positions) if len(positions) else positions,
        }
    )
    con.register("places", places)
    con.execute(
        f"""create or replace temp table refused_records as
        with numbered as (
            select *, line - 2 - blanks - (row_number() over (order by line) - 1) as good_before,
                if(rule_id = 'malformed_quote',
                    list_filter(string_split(raw, chr(10)), lambda x: x <> ''), [raw]) as lines,
            from broken_records join places using (line)
        )
        select line, line_number, rule_id, lines, length(raw) >= {_RAW_AT_MOST} as is_shortened,
            max(good_before) over (order by line) as good_before,
            sum(len(lines)) over (order by line) - len(lines) as refused_before
        from numbered"""
    )
    con.execute(
        """create or replace temp table refused_lines as
        select good_before + refused_before + unnest(range(1, len(lines) + 1)) as _row,
            line_number + unnest(range(0, len(lines))) as line_number, rule_id, unnest(lines) as raw
        from refused_records"""
    )
    if count(con, "select count(*) from refused_records where is_shortened and len(lines) > 1"):
        raise UnreadableError("a quote that is never closed swallows many lines")


def _view_checked(con: duckdb.DuckDBPyConnection, staged: Path, *, number: str = "place + 1") -> None:
    """``checked``, and ``checked_places`` with ``_place`` in place of ``_row``."""
    con.execute(f"create or replace temp macro {ROW_OF_PLACE}(place) as {number}")
    con.execute(
        f"""create or replace temp view checked_places as
        select file_row_number as _place, * exclude (file_row_number)
        from read_parquet({literal(staged)}, file_row_number = true)"""
    )
    con.execute(
        f"""create or replace temp view checked as
        select {ROW_OF_PLACE}(_place) as _row, * exclude (_place) from checked_places"""
    )


def _number_rows(con: duckdb.DuckDBPyConnection) -> None:
    """The function ``numbered_row``: the place in the file of a row that was read, from that among those that
    were. A function and no join, after which the engine would give the rows in any order."""
    shifts = con.execute(
        """select good_before, max(refused_before + len(lines))::bigint as shift
        from refused_records group by good_before order by good_before"""
    ).fetchnumpy()
    places = np.asarray(shifts["good_before"], dtype=np.int64)
    moved = np.concatenate([[0], np.asarray(shifts["shift"], dtype=np.int64)])

    def numbered(read: pa.Array) -> pa.Array:
        row = read.to_numpy(zero_copy_only=False)
        return pa.array(row + 1 + moved[np.searchsorted(places, row, side="right")])

    with contextlib.suppress(duckdb.InvalidInputException):  # there is none of an earlier file
        con.remove_function(_NUMBERED)
    con.create_function(_NUMBERED, numbered, [BIGINT], BIGINT, type=ARROW)


def _behind(con: duckdb.DuckDBPyConnection, names: Sequence[str]) -> int:
    return count(con, "select count_if(_behind) from checked") if TRAILING in names else 0


def _agree(structure: Structure, read: int) -> None:
    if read != structure.rows:
        raise UnreadableError(f"{structure.rows} records counted, {read} could be read")
