"""The request file: one row a record that is to be traced nationally."""

from __future__ import annotations

import os
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal, values_hidden

REQUEST_FIELDS = (
    "UNIQUE_REFERENCE",
    "NHS_NO",
    "FAMILY_NAME",
    "GIVEN_NAME",
    "OTHER_GIVEN_NAME",
    "GENDER",
    "DATE_OF_BIRTH",
    "DATE_OF_DEATH",
    "ADDRESS_LINE1",
    "ADDRESS_LINE2",
    "ADDRESS_LINE3",
    "ADDRESS_LINE4",
    "ADDRESS_LINE5",
    "ADDRESS_DATE",
    "POSTCODE",
    "GP_PRACTICE_CODE",
    "NHAIS_POSTING_ID",
    "AS_AT_DATE",
    "LOCAL_PATIENT_ID",
    "INTERNAL_ID",
    "TELEPHONE_NUMBER",
    "MOBILE_NUMBER",
    "EMAIL_ADDRESS",
)

# What is known of a record, by field; what is not here is left empty: the trace does without it, and the
# less that leaves, the better. Genders: 0 not known, 1 male, 2 female, 9 not specified.
_KNOWN = {
    "UNIQUE_REFERENCE": "m.unique_reference",
    "NHS_NO": "if(regexp_full_match(r.nhs_number, '[0-9]{10}'), r.nhs_number, null)",
    "FAMILY_NAME": "r.family_name",
    "GIVEN_NAME": "r.given_name",
    "OTHER_GIVEN_NAME": "r.other_given_name",
    "GENDER": "case r.gender when 'male' then '1' when 'female' then '2' when 'other' then '9' "
    "when 'unknown' then '0' end",
    "DATE_OF_BIRTH": "strftime(r.birth_date, '%Y%m%d')",
    "DATE_OF_DEATH": "strftime(r.death_date, '%Y%m%d')",
    "POSTCODE": "if(is_whole_postcode(r.postcode), r.postcode[:-4] || ' ' || r.postcode[-3:], r.postcode)",
    "GP_PRACTICE_CODE": "r.practice_code",
}
# Only where it is asked for: it lets the service give stable ids to people whom it does not find.
_LOCAL_ID = "r.record_id"
# A reference stands for a record as it was when it was asked about: asked again as it is, it keeps it, so
# that a late response still finds it; changed, it gets another one. Drawn at random, as a response of another
# deployment, or of before a vault was restored, would fit a number counted up.
_REFER = f"""
insert into vault.mps_reference by name
select
    replace(uuid()::varchar, '-', '') as unique_reference, r.record_key, ? as requested_run, r.content_hash,
    {_KNOWN["NHS_NO"]} as asked_number, {_KNOWN["DATE_OF_BIRTH"]} as asked_birth_date
from record_to_trace as r
anti join vault.mps_reference as m on m.record_key = r.record_key and m.content_hash = r.content_hash
"""


def write_request(
    connection: DuckDBPyConnection, path: Path, *, run_id: str, with_local_id: bool = False
) -> int:
    """Write the records of ``record_to_trace`` to ``path`` (CSV, header row, mode 0600), whole or not at all.

    ``vault.mps_reference`` gets a reference for each that has none as it is now. Returns how many records
    are asked about.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    known = {**_KNOWN, **({"LOCAL_PATIENT_ID": _LOCAL_ID} if with_local_id else {})}
    fields = ", ".join(f"{known.get(name, 'null')} as {name}" for name in REQUEST_FIELDS)
    query = (
        f"select {fields} from record_to_trace as r inner join vault.mps_reference as m "
        "on m.record_key = r.record_key and m.content_hash = r.content_hash order by r.record_key"
    )
    try:
        with values_hidden("national trace request"):
            connection.execute(_REFER, [run_id])
            asked = connection.execute(
                f"copy ({query}) to {literal(fresh)} (format csv, header true, delimiter ',')"
            ).fetchone()
        fresh.chmod(0o600)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return int(asked[0]) if asked else 0
