"""A small, healthy FHIR zone: 300 people a source, every kind of row that rules on arrivals read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from connectors.fhir import shapes

AS_OF = date(2026, 3, 31)
PEOPLE = 300
SENDERS = {
    "gp": "YGM01",
    "acute": "RYJ",
    "community": "RYX",
    "mental_health": "RV3",
    "social_care": "E09000005",
    "ambulance": "RRU",
}
_MACROS = Path(shapes.__file__).with_name("macros.sql")

# Synthetic numbers of the 999 range with their check digits (weights 10 to 2 modulo 11).
_PEOPLE = f"""
create table people as
with bases as (select (999000000 + i)::varchar as base from range(1000) as t(i)),
summed as (
    select base, (11 - list_sum([substr(base, k::int, 1)::int * (11 - k) for k in range(1,
        10)]) % 11) % 11 as digit from bases
)
select row_number() over (order by base) - 1 as i, base || digit as nhs_number from summed where digit < 10
qualify i < {PEOPLE};
insert into "Patient" by name
select 'p' || i as id, 'r' || i as _record_id, '1960-01-01' as birthDate, 'female' as gender,
    [{{'system': 'https://fhir.nhs.uk/Id/nhs-number', 'value': nhs_number, 'extension': [{{
        'url': ukcore_url('NHSNumberVerificationStatus'),
        'valueCodeableConcept': {{'coding': [{{'system': 'status', 'code': '01'}}]}}}}]}}] as identifier
from people;
"""
_TYPED = "[{{'coding': [{{'system': 'https://fhir.wsic.example/CodeSystem/activity-type', 'code': '{0}'}}]}}]"
_LOCAL = "{{'coding': [{{'system': 'https://fhir.wsic.example/CodeSystem/{0}', 'code': '{1}'}}]}}"


def _encounters(activity_type: str, start: str, end: str, more: str = "") -> str:
    return f"""insert into "Encounter" by name select '{activity_type.replace("_", "-")}' || i as id,
        'r' || i as _record_id,
        'finished' as status, {_TYPED.format(activity_type)} as type,
        {{'start': '{start}', 'end': '{end}'}} as period {more} from people;"""


def _appointments(activity_type: str, more: str = "") -> str:
    return f"""insert into "Appointment" by name select '{activity_type.replace("_", "-")}' || i as id,
        'r' || i as _record_id,
        'fulfilled' as status, {_TYPED.format(activity_type)}[1] as appointmentType, '2026-02-02' as "start",
        [{{'url': wsic_url('AttendedStatus'), 'valueCode': '5'}}] as extension {more} from people;"""


def _referrals(activity_type: str | None = None) -> str:
    category = f", {_TYPED.format(activity_type)} as category" if activity_type else ""
    return f"""insert into "ServiceRequest" by name select 'ref' || i as id, 'r' || i as _record_id,
        'active' as status, '2026-01-05' as authoredOn {category} from people;"""


_REFERRED = ", [{'reference': 'ServiceRequest/ref' || i}] as basedOn"
_HOSPITAL = """, [{'url': wsic_url('PatientClassification'), 'valueCode': '1'}, {'url': wsic_url('Hrg'),
    'valueCode': 'EB07E'},
    {'url': ukcore_url('DischargeMethod'), 'valueCodeableConcept': {'coding': [{'system': 'x',
        'code': '1'}]}}] as extension,
    {'extension': [{'url': ukcore_url('AdmissionMethod'),
        'valueCodeableConcept': {'coding': [{'system': 'x', 'code': '21'}]}}],
     'admitSource': {'coding': [{'system': 'x', 'code': '19'}]},
     'dischargeDisposition': {'coding': [{'system': 'x', 'code': '19'}]}} as hospitalization"""
_ROWS = {
    "gp": _encounters("gp_consultation", "2026-02-02", "2026-02-02")
    + f"""insert into "EpisodeOfCare" by name select 'reg' || i as id, 'r' || i as _record_id,
        'active' as status,
        [{_LOCAL.format("episode-type", "gp_registration")}] as type,
        {{'start': '2020-01-01', 'end': null}} as period,
        ods_reference('E84001') as managingOrganization from people;
    insert into "Organization" by name select 'o1' as id, [{{'url': wsic_url('DataSharing'),
        'valueBoolean': true}}] as extension,
        [{{'system': 'https://fhir.nhs.uk/Id/ods-organization-code', 'value': 'E84001'}}] as identifier;
    insert into "Observation" by name select 'ob' || i as id, 'r' || i as _record_id,
        '2026-02' as effectiveDateTime from people;""",
    "acute": _encounters("inpatient_spell", "2026-02-02", "2026-02-05", _HOSPITAL)
    + _encounters(
        "hospital_episode", "2026-02-02", "2026-02-05",
        ", {'reference': 'Encounter/inpatient-spell' || i} as partOf, "
        "[{'url': wsic_url('EpisodeNumber'), 'valueInteger': 1}] as extension",
    )
    + _encounters(
        "emergency_attendance", "2026-02-02T10:00:00+00:00", "2026-02-02T13:00:00+00:00",
        ", [{'url': wsic_url('DepartmentType'), 'valueCode': '01'}] as extension, "
        "[{'coding': [{'system': 'http://snomed.info/sct', 'code': '29857009'}]}] as reasonCode",
    )
    + _appointments("outpatient_attendance")
    + """insert into "Condition" by name select 'dx' || i as id, 'r' || i as _record_id,
        {'reference': 'Encounter/hospital-episode' || i} as encounter,
        '2026-02-02' as recordedDate,
        {'coding': [{'system': 'http://hl7.org/fhir/sid/icd-10-uk', 'code': 'I219'}]} as code,
        [{'url': wsic_url('Rank'), 'valueInteger': 1}] as extension from people;""",
    "community": _referrals()
    + _encounters("community_contact", "2026-02-02", "2026-02-02", _REFERRED)
    + _appointments("community_contact", _REFERRED),
    "mental_health": _referrals()
    + _encounters("mental_health_contact", "2026-02-02", "2026-02-02", _REFERRED)
    + _appointments("mental_health_contact", _REFERRED)
    + _encounters(
        "mental_health_spell", "2026-01-02", "2026-02-05",
        ", [{'url': wsic_url('DischargeReadyDate'), 'valueDate': '2026-02-01'}] as extension",
    )
    + _encounters(
        "ward_stay", "2026-01-02", "2026-02-05",
        ", {'reference': 'Encounter/mental-health-spell' || i} as partOf",
    ),
    "social_care": _referrals("social_care_request")
    + _encounters("social_care_assessment", "2026-02-02", "2026-02-02")
    + f"""insert into "EpisodeOfCare" by name select 'svc' || i as id, 'r' || i as _record_id,
        'active' as status,
        [{_LOCAL.format("episode-type", "social_care_service")},
         {_LOCAL.format("social-care-service-type", "Long Term Support: Community")}] as type,
        {{'start': '2025-01-01', 'end': null}} as period,
        [{{'url': wsic_url('UnitCost'), 'valueDecimal': 300.0}}] as extension from people;""",
    "ambulance": _encounters(
        "ambulance_incident", "2026-02-02T10:00:00+00:00", "2026-02-02T11:30:00+00:00",
        """, [{'url': wsic_url('IncidentOutcome'), 'valueCode': 'See and convey to ED'},
            {'url': wsic_url('ResponseCategory'), 'valueCode': 'C2'}] as extension,
        [{'system': 'https://fhir.wsic.example/Id/ambulance-incident', 'value': 'LAS' || i}] as identifier""",
    ),
}  # fmt: skip


def write_source(fhir: Path, source: str, *changes: str) -> None:
    """Write one source's files; ``changes`` are SQL statements that break the healthy rows first."""
    with duckdb.connect() as connection:
        fill_source(connection, source)
        for change in changes:
            connection.execute(change)
        for resource_type in shapes.RESOURCE_TYPES:
            _write(connection, fhir, source, resource_type)


def fill_source(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Make one table a resource type with the healthy rows of ``source``."""
    connection.execute(_MACROS.read_text("utf-8"))
    for resource_type in shapes.RESOURCE_TYPES:
        listed = ", ".join(f'"{name}" {kind}' for name, kind in shapes.columns(resource_type).items())
        connection.execute(f'create table "{resource_type}" ({listed})')
    connection.execute(_PEOPLE + _ROWS[source])


def open_filled(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Name the tables of :func:`fill_source` as the checks expect them, with the sender filled in."""
    for resource_type in shapes.RESOURCE_TYPES:
        connection.execute(
            f"create or replace temp view \"fhir_{resource_type}\" as select * replace ('{source}' as "
            f"_source, "
            f"'{SENDERS[source]}' as _sender, date '{AS_OF}' as _extract_date) from "
            f'memory.main."{resource_type}"'
        )


def _write(connection: duckdb.DuckDBPyConnection, fhir: Path, source: str, resource_type: str) -> None:
    sender = SENDERS[source]
    folder = fhir / resource_type / f"source={source}" / f"sender={sender}"
    folder.mkdir(parents=True, exist_ok=True)
    connection.execute(
        f"copy (select * replace ('{source}' as _source, '{sender}' as _sender, date '{AS_OF}' as "
        f"_extract_date) "
        f"from \"{resource_type}\") to '{folder}/data.parquet' (format parquet)"
    )
