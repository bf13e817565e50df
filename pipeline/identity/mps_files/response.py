"""The response file: what the national service answered, checked to the last row before any of it is used."""

from __future__ import annotations

from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from pipeline.duck import identifier, literal, values_hidden
from pipeline.errors import InputRefusedError
from pipeline.identity.mps_files.request import REQUEST_FIELDS

SCORES = (
    "ALGORITHMIC_TRACE_FAMILY_NAME_SCORE_PERC",
    "ALGORITHMIC_TRACE_GIVEN_NAME_SCORE_PERC",
    "ALGORITHMIC_TRACE_DOB_SCORE_PERC",
    "ALGORITHMIC_TRACE_GENDER_SCORE_PERC",
    "ALGORITHMIC_TRACE_POSTCODE_SCORE_PERC",
)
ANSWER_FIELDS = (
    "SENSITIVITY_FLAG",
    "MPS_ID",
    "ERROR_SUCCESS_CODE",
    "MATCHED_NHS_NO",
    "MATCHED_ALGORITHM_INDICATOR",
    "MATCHED_CONFIDENCE_PERCENTAGE",
    *SCORES,
)
RESPONSE_FIELDS = (
    *(name if name != "NHS_NO" else "REQ_NHS_NO" for name in REQUEST_FIELDS),
    *ANSWER_FIELDS,
)
_NEEDED = (
    "UNIQUE_REFERENCE",
    "ERROR_SUCCESS_CODE",
    "MATCHED_NHS_NO",
    "MATCHED_ALGORITHM_INDICATOR",
    "MATCHED_CONFIDENCE_PERCENTAGE",
)
_ECHOED = {"REQ_NHS_NO": "asked_number", "DATE_OF_BIRTH": "asked_birth_date"}
_USE = Path(__file__).with_name("used.sql")
_SQL = Path(__file__).with_name("response.sql")

# What is wrong with a row, in the order in which it is looked for: column, condition, what would be valid.
_RULES = (
    ("UNIQUE_REFERENCE", "record_key is null", "a reference that a request of this deployment gave"),
    ("UNIQUE_REFERENCE", "count(*) over (partition by UNIQUE_REFERENCE) > 1", "one row a reference"),
    *(
        (name, f"{name} is distinct from {asked} and {name} is not null", "what the request said, or nothing")
        for name, asked in _ECHOED.items()
    ),
    (
        "ERROR_SUCCESS_CODE",
        "coalesce(ERROR_SUCCESS_CODE not in ('00', '15', '16', '90', '91', '92', '96', '97', '98'), true)",
        "00, 15, 16, 90, 91, 92, 96, 97 or 98",
    ),
    (
        "MATCHED_ALGORITHM_INDICATOR",
        "coalesce(MATCHED_ALGORITHM_INDICATOR not in ('0', '1', '2', '3', '4'), true)",
        "0, 1, 2, 3 or 4",
    ),
    (
        "MATCHED_NHS_NO",
        "coalesce(MATCHED_NHS_NO not in ('0000000000', '9999999999') and "
        "nhs_number_outcome(MATCHED_NHS_NO, null, "
        "getvariable('allow_synthetic_numbers')) <> 'valid_untraced', true)",
        "a valid NHS number, 0000000000 (no match) or 9999999999 (several)",
    ),
    (
        "MATCHED_NHS_NO",
        "MATCHED_NHS_NO not in ('0000000000', '9999999999') and (MATCHED_ALGORITHM_INDICATOR = '0' "
        "or ERROR_SUCCESS_CODE not in ('00', '90', '92'))",
        "0000000000 where no trace ran or the code says that nobody was found",
    ),
    *(
        (
            name,
            f"{name} is not null and coalesce(try_cast({name} as double) not between 0 and 100, true)",
            "a number from 0 to 100, or nothing",
        )
        for name in ("MATCHED_CONFIDENCE_PERCENTAGE", *SCORES)
    ),
)


def read_response(connection: DuckDBPyConnection, path: Path) -> int:
    """Read a response into ``mps_answer``; returns its rows.

    Columns: those of ``trace_result``; mps_id, the service's own id of whom it did not find; is_restricted,
    where it calls the person sensitive; content_hash, of the record as it was asked about.

    Raises :class:`InputRefusedError` with file, row (1 is the first under the header) and column for a header
    that lacks a field, a reference nobody gave, one that comes twice, a number or birth date that was not
    asked about, or a value outside its list; the message never holds the value. Nothing of a refused file
    is kept.
    """
    _stage(connection, path)
    for column, condition, valid in _RULES:
        _refuse(connection, path, column=column, condition=condition, valid=valid)
    with values_hidden("national trace response"):
        connection.execute(_SQL.read_text(encoding="utf-8"))
        row = connection.execute("select count(*) from mps_answer").fetchone()
    return int(row[0]) if row else 0


def use_answers(connection: DuckDBPyConnection) -> int:
    """Put the answers of ``mps_answer`` in the place of our own in ``trace_result``. Returns how many.

    Not one that gives a record another number than its own verified one. Needs ``record_known`` and
    ``person_index``.
    """
    with values_hidden("national trace response"):
        connection.execute(_USE.read_text(encoding="utf-8"))
        row = connection.execute(
            "select count(*) from trace_result semi join answer_used using (record_key)"
        ).fetchone()
    return int(row[0]) if row else 0


def _stage(connection: DuckDBPyConnection, path: Path) -> None:
    """Build ``mps_row``: every field as text, the row's number, and the record that is meant."""
    options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"'"
    source = f"read_csv({literal(path)}, {options})"
    try:
        described = connection.execute(f"describe select * from {source}").fetchall()
        sent = {str(row[0]).strip().upper().replace(" ", "_"): str(row[0]) for row in described}
        lacking = [name for name in _NEEDED if name not in sent]
        if lacking:
            raise InputRefusedError(
                f"{path.name}: the header lacks {', '.join(lacking)}; valid: {', '.join(RESPONSE_FIELDS)}"
            )
        fields = ", ".join(
            f"nullif(trim({identifier(sent[name])}), '') as {name}"
            if name in sent
            else f"null::varchar as {name}"
            for name in ("UNIQUE_REFERENCE", *_ECHOED, *ANSWER_FIELDS)
        )
        connection.execute(
            "create or replace temp table mps_row as "
            "select f.*, m.record_key, m.content_hash, m.asked_number, m.asked_birth_date from "
            f"(select row_number() over () as row, {fields} from {source}) as f "
            "left join vault.mps_reference as m on m.unique_reference = f.UNIQUE_REFERENCE"
        )
    except duckdb.Error as error:
        kind = type(error).__name__
        raise InputRefusedError(
            f"{path.name}: cannot be read as CSV with a header ({kind}); valid: the response as it was sent"
        ) from None


def _refuse(connection: DuckDBPyConnection, path: Path, *, column: str, condition: str, valid: str) -> None:
    with values_hidden("national trace response"):
        found = connection.execute(
            f"select count(*), min(row) from (select row, {condition} as wrong from mps_row) where wrong"
        ).fetchone()
    rows, first = found or (0, None)
    if rows:
        connection.execute("drop table if exists mps_answer")
        raise InputRefusedError(f"{path.name}: row {first} ({rows} in all), {column}: valid is {valid}")
