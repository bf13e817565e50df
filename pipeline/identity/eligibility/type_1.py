"""Where a feed may say that somebody objects to the use of GP data (Type 1), or no longer does.

Coded entries of the record, whatever resource the sender's type of entry made of them, and FHIR's two ways of
saying it as a state: a Flag, and a Consent whose category or provision bears the code. A flag or consent
speaks while it is active and its period has not ended; entries in error never spoke.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from pipeline.errors import ChecksRefusedError
from pipeline.identity.objections.state import PRODUCT as SECONDARY_USE
from pipeline.identity.standardise import fhir_view
from pipeline.zones import Zones

LISTS = ("type_1_dissent", "type_1_withdrawn")
# Resource -> the day that an entry is of. All of them hold one concept, in `code`.
ENTRIES = {
    "Observation": "effectiveDateTime",
    "Condition": "coalesce(onsetDateTime, recordedDate)",
    "Procedure": "performedDateTime",
    "ServiceRequest": "authoredOn",
    "AllergyIntolerance": "coalesce(onsetDateTime, recordedDate)",
    "Immunization": "occurrenceDateTime",
}
_STATUS = {"Condition": "verificationStatus", "AllergyIntolerance": "verificationStatus"}
_IN_ERROR = "entered-in-error"


def find_type_1(connection: DuckDBPyConnection, zones: Zones) -> None:
    """Build ``type_1_sent`` and ``type_1_code``; raises :class:`ChecksRefusedError` without code lists."""
    _require_lists(connection)
    connection.execute(
        "create or replace temp table type_1_code as select distinct codelist, code from codelist "
        f"where codelist in ('{LISTS[0]}', '{LISTS[1]}')"
    )
    parts = []
    for resource, day in ENTRIES.items():
        fhir_view(connection, f"type_1_{resource.lower()}", zones=zones, resource_type=resource)
        parts.append(_entries(resource, day))
    for resource in ("Flag", "Consent"):
        fhir_view(connection, f"type_1_{resource.lower()}", zones=zones, resource_type=resource)
    connection.execute(
        "create or replace temp table type_1_sent as " + " union all ".join([*parts, _FLAGS, _CONSENTS])
    )


def _entries(resource: str, day: str) -> str:
    """Entries of one resource that bear a code of the lists, the extension of an immunisation among them."""
    concept = (
        "ukcore(extension, 'VaccinationProcedure').valueCodeableConcept"
        if resource == "Immunization"
        else "code"
    )
    status = f"first_code({_STATUS[resource]})" if resource in _STATUS else "status"
    codes = f"list_transform({concept}.coding, lambda c: coding_written(c))"
    return f"""
select _source as source, _sender as sender, _record_id as record_id, {codes} as codes, {day} as sent_date,
    null::boolean as is_denied
from type_1_{resource.lower()}
where list_has_any({codes}, (select list(code) from type_1_code))
    and {status} is distinct from '{_IN_ERROR}'"""


# A state that is over says nothing: neither that its person objects, nor that they no longer do.
_FLAGS = """
select
    _source, _sender, _record_id, list_transform(code.coding, lambda c: coding_written(c)), period."start",
    null::boolean
from type_1_flag
where status = 'active' and coalesce(fhir_date(period."end") >= getvariable('as_of'), true)"""
# What is permitted under the code of a dissent is read as a dissent: the two contradict each other.
_CONSENTS = """
select
    _source, _sender, _record_id,
    list_transform(
        flatten(list_transform(list_concat(category, provision.code), lambda c: c.coding)),
        lambda c: coding_written(c)),
    "dateTime",
    if(provision.type = 'deny', true, null)
from type_1_consent
where status = 'active' and coalesce(fhir_date(provision.period."end") >= getvariable('as_of'), true)"""


def _require_lists(connection: DuckDBPyConnection) -> None:
    found = {row[0] for row in connection.execute("select distinct codelist from codelist").fetchall()}
    if missing := [name for name in LISTS if name not in found]:
        raise ChecksRefusedError(
            f"{SECONDARY_USE} needs the code lists {', '.join(LISTS)}; empty or missing: {', '.join(missing)}"
        )
