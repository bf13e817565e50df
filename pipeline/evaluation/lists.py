"""The list of who got an intervention: read, and refused whole where a row of it cannot be meant."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb

from pipeline.errors import InputRefusedError, UsageError

COLUMNS = ("person_key", "intervention_id", "started_on")
_ID = "[a-z][a-z0-9_]{0,39}"

# A row is judged by the first thing that is wrong with it.
_WRONG = f"""
create or replace temp table judged as
select
    trim(person_key) as person_key, trim(intervention_id) as intervention_id,
    try_strptime(trim(started_on), '%Y-%m-%d')::date as day,
    case
        when not coalesce(regexp_full_match(trim(person_key), '[0-9a-f]{{64}}'), false) then 'person_key'
        when not coalesce(regexp_full_match(trim(intervention_id), '{_ID}'), false) then 'intervention_id'
        when day is null then 'started_on'
        when day > getvariable('as_of') then 'future'
        when count(*) over (partition by trim(person_key), trim(intervention_id)) > 1 then 'twice'
    end as wrong
from told
"""
_MEANING = {
    "person_key": "person_key is no pseudonym of the product; valid: 64 characters, 0 to 9 and a to f",
    "intervention_id": "intervention_id; valid: a to z, 0 to 9 and _, a letter first, at most 40",
    "started_on": "started_on is no date; valid: YYYY-MM-DD",
    "future": "started_on is after the night that the product is of",
    "twice": "a person is in one intervention more than once; valid: one row each, with the first day",
}


def read_list(connection: duckdb.DuckDBPyConnection, path: Path, *, as_of: date) -> int:
    """Make the temporary table ``listed`` of the CSV file ``path``; returns its rows.

    Raises :class:`InputRefusedError` naming what is wrong and in how many rows: never a value, which may be
    an identifier that was put there by mistake.
    """
    if not path.is_file():
        raise UsageError(
            "the list of interventions is not a file; valid: a CSV file of " + ", ".join(COLUMNS)
        )
    _require_columns(path)
    try:
        connection.execute(
            "create or replace temp table told as "
            "from read_csv(?, header = true, all_varchar = true, delim = ',')",
            [str(path)],
        )
    except duckdb.Error:  # its words quote the line
        raise InputRefusedError(f"{path.name}: not a CSV file with a row a line") from None
    connection.execute("set variable as_of = ?", [as_of])
    connection.execute(_WRONG)
    wrong = connection.execute(
        "select wrong, count(*) from judged where wrong is not null group by wrong order by wrong"
    ).fetchall()
    if wrong:
        found = "; ".join(f"{_MEANING[word]} ({rows} rows)" for word, rows in wrong)
        raise InputRefusedError(f"{path.name}: {found}")
    connection.execute(
        "create or replace temp table listed as "
        "select person_key, intervention_id, day as started_on from judged"
    )
    connection.execute("drop table told; drop table judged")
    rows = connection.execute("select count(*) from listed").fetchone() or (0,)
    return int(rows[0])


def _require_columns(path: Path) -> None:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = tuple(name.strip() for name in next(csv.reader(file), []))
    except (UnicodeDecodeError, csv.Error):
        raise InputRefusedError(f"{path.name}: not a CSV file in UTF-8") from None
    if sorted(names) != sorted(COLUMNS):
        raise InputRefusedError(
            f"{path.name}: its {len(names)} columns are not those of a list; valid: {', '.join(COLUMNS)}"
        )
