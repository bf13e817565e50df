"""Who and what stays out of a product, worked out a second time for the gate.

Nothing of the step that decides is believed. The rules are those of :mod:`pipeline.identity.eligibility`,
as docs/objections.md states them, written a second time and in another way, so that one mistake is not made
twice. Shared are the words of FHIR and of code systems (:file:`connectors/fhir/macros.sql`,
:file:`eligibility/codes.sql`), the walk over every coding of a row, the links in the vault and what was
decided about single people. Not worked out again is how far a row that stays out reaches: its spell, and
what is attached to it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal
from pipeline.identity.eligibility.concepts import every_coding
from pipeline.identity.standardise import define_macros, fhir_view
from pipeline.zones import Zones

_SQL = Path(__file__).with_name("afresh.sql")
_CODES = Path(__file__).parents[1] / "eligibility" / "codes.sql"
# Type of entry -> the concept that says it, the day it is of, and whether it was ever true.
_ENTRIES = {
    "Observation": ("code", "effectiveDateTime", "status"),
    "Condition": ("code", "coalesce(onsetDateTime, recordedDate)", "first_code(verificationStatus)"),
    "Procedure": ("code", "performedDateTime", "status"),
    "ServiceRequest": ("code", "authoredOn", "status"),
    "AllergyIntolerance": ("code", "coalesce(onsetDateTime, recordedDate)", "first_code(verificationStatus)"),
    "Immunization": (
        "ukcore(extension, 'VaccinationProcedure').valueCodeableConcept", "occurrenceDateTime", "status",
    ),
}  # fmt: skip
_STATES = {
    "Flag": ("code.coding", 'period."start"', 'period."end"', "false"),
    "Consent": (
        "flatten(list_transform(list_concat(category, provision.code), lambda c: c.coding))", '"dateTime"',
        'provision.period."end"', "coalesce(provision.type = 'deny', false)",
    ),
}  # fmt: skip
_SAID = "create or replace temp table afresh_said (source varchar, sender varchar, record_id varchar, " \
    "coding struct(system varchar, code varchar), said_on varchar, is_denied boolean)"  # fmt: skip
_TYPE_1 = """
create or replace temp table afresh_type_1 as
select s.source, s.sender, s.record_id, s.is_denied or l.codelist = 'type_1_dissent' as is_dissent,
    case length(s.said_on)
        when 4 then try_cast(s.said_on || '-12-31' as date)
        when 7 then last_day(try_cast(s.said_on || '-01' as date))
        when 10 then try_cast(s.said_on as date)
        else fhir_timestamp(s.said_on)::date
    end as last_day,
    fhir_timestamp(s.said_on)::date as first_day
from afresh_said as s
inner join listed_code as l on l.code = coding_written(s.coding)
where l.codelist in ('type_1_dissent', 'type_1_withdrawn')
"""

# Few codings are different: each is held against the list once, and the rows are looked through for those.
_RESTRICTED = """
create or replace temp table afresh_restricted as
with different as (
    select {{'system': system, 'code': code}} as said from different_coding where resource = {resource}
)
select said from different
where exists (
    select 1 from listed_code as l
    where l.codelist = 'legally_restricted' and (
        l.code = said.code or l.code = coding_written(said)
        or (l.kind = 'prefix' and (is_of_unknown_system(said) or code_kind(said.system) = 'prefix')
            and left(code_written('prefix', said.code), length(l.code)) = l.code)
        or (l.kind = 'read' and is_of_unknown_system(said) and length(said.code) >= 5
            and code_written('read', said.code) = l.code)))
"""


def look_afresh(connection: DuckDBPyConnection, zones: Zones, *, heeds_objections: bool, as_of: date) -> None:
    """Build ``person_out`` (person_id) and ``record_out`` (source, sender, record_id): who stays out.

    On a connection with the vault, ``suppressed_person`` and ``suppressed_record``.
    ``heeds_objections`` is for products that national and Type 1 objections apply to.
    """
    connection.execute("set variable checks_reply = ?", [heeds_objections])
    connection.execute("set variable as_of = ?", [as_of])
    define_macros(connection)
    _lists(connection, zones)
    fhir_view(connection, "afresh_organisation", zones=zones, resource_type="Organization", source="gp")
    connection.execute(_SAID)
    if heeds_objections:
        _said_of_type_1(connection, zones)
    connection.execute(_TYPE_1)
    connection.execute(_SQL.read_text(encoding="utf-8"))


def marked_rows(connection: DuckDBPyConnection, view: str, resource: str) -> str:
    """SELECT of message, of the rows of a FHIR view that stay out by their own label or their own code.

    Needs :func:`look_afresh` and ``different_coding``; the message is what the key of the row is made of.
    """
    message = f"_source || '|' || _sender || '|{resource}/' || id"
    marked = (
        f"select {message} as message from {view} "
        "where is_marked_test(meta.security) or is_marked_confidential(meta.security)"
    )
    connection.execute(_RESTRICTED.format(resource=literal(resource)))
    if connection.execute("select 1 from afresh_restricted limit 1").fetchone() is None:
        return marked
    return f"""
{marked}
union all
select message from ({every_coding(resource, view, f"{message} as message")})
semi join afresh_restricted as r
    on r.said.code = coding.code and r.said.system is not distinct from coding.system"""


def _lists(connection: DuckDBPyConnection, zones: Zones) -> None:
    connection.execute(_CODES.read_text(encoding="utf-8"))
    connection.execute(f"""
create or replace temp table listed_code as
select distinct codelist, code_kind(code_system) as kind, code_written(code_kind(code_system), code) as code
from read_parquet({literal(zones.reference / "codelists.parquet")})
where code_written(code_kind(code_system), code) <> ''""")


def _said_of_type_1(connection: DuckDBPyConnection, zones: Zones) -> None:
    """Fill ``afresh_said``: each coding of an entry, flag or consent that may tell of a Type 1 objection."""
    for resource, (concept, day, status) in _ENTRIES.items():
        fhir_view(connection, "afresh_entry", zones=zones, resource_type=resource)
        _say(connection, f"{concept}.coding", day, f"{status} is distinct from 'entered-in-error'", "false")
    for resource, (codings, day, ends, is_denied) in _STATES.items():
        fhir_view(connection, "afresh_entry", zones=zones, resource_type=resource)
        in_force = f"status = 'active' and not coalesce(fhir_date({ends}) < getvariable('as_of'), false)"
        _say(connection, codings, day, in_force, is_denied)


def _say(connection: DuckDBPyConnection, codings: str, day: str, counts: str, is_denied: str) -> None:
    connection.execute(f"""
insert into afresh_said
select _source, _sender, _record_id, {{'system': coding.system, 'code': coding.code}}, {day}, {is_denied}
from (select *, unnest({codings}) as coding from afresh_entry where {counts})
where coding_written(coding) in (select code from listed_code where starts_with(codelist, 'type_1_'))""")
