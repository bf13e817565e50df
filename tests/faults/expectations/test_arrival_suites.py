"""Every rule on what arrived is broken once: critical ones must refuse, warnings must show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.arrivals import check_arrivals, derive
from expectations.judge import judge
from expectations.results import CRITICAL, RuleResult
from expectations.rules import Rule, Suite
from expectations.sources import SUITES
from pipeline.checks import conclude, run_arrival_checks
from pipeline.errors import ChecksRefusedError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones
from tests.arrival_fixture import AS_OF, SENDERS, fill_source, open_filled, write_source

RUN, RUN_BEFORE = "20260331-001", "20260330-001"
SPELL = "type[1].coding[1].code = 'inpatient_spell'"
EPISODE = "type[1].coding[1].code = 'hospital_episode'"
MENTAL_SPELL = "type[1].coding[1].code = 'mental_health_spell'"
EMERGENCY = "type[1].coding[1].code = 'emergency_attendance'"
DISCHARGED = (
    "{'extension': [{'url': ukcore_url('AdmissionMethod'), "
    "'valueCodeableConcept': {'coding': [{'code': '21'}]}}]"
)
_ICD = (
    'update "Condition" set code = '
    "{{'coding': [{{'system': 'http://hl7.org/fhir/sid/icd-10-uk', 'code': '{0}'}}]}}"
)
NO_NUMBER = 'update "Patient" set identifier = null'


def _hospital(destination: str) -> str:
    return (
        f'update "Encounter" set hospitalization = {DISCHARGED}, '
        f"'dischargeDisposition': {{'coding': [{{'code': '{destination}'}}]}}}} where {SPELL}"
    )


def _extended(where: str, *extensions: str) -> str:
    return f'update "Encounter" set extension = [{", ".join(extensions)}] where {where}'


def _code(name: str, value: str) -> str:
    return f"{{'url': wsic_url('{name}'), 'valueCode': '{value}'}}"


def _period(where: str, start: str, end: str) -> str:
    return f"update \"Encounter\" set period = {{'start': {start}, 'end': {end}}} where {where}"


_EVERY_BUT_NUMBER = {
    "ids_unique": "update \"Patient\" set id = 'p0' where id = 'p1'",
    "one_patient_a_record": 'insert into "Patient" select * replace (\'other\' as id) from "Patient" '
    "where id = 'p0'",
    "birth_date_plausible": "update \"Patient\" set birthDate = '2027-01-01' where id = 'p0'",
    "birth_date_plausible_collapse": "update \"Patient\" set birthDate = '1800-01-01'",
    "death_after_birth": "update \"Patient\" set deceasedDateTime = '1950-01-01' where id = 'p0'",
    "number_agrees_with_status": "update \"Patient\" set identifier = [{'system': identifier[1].system, "
    "'extension': identifier[1].extension}] where id = 'p0'",
    "patient_known": "update \"Encounter\" set _record_id = 'nobody' where _record_id = 'r0'",
    "patient_known_collapse": "update \"Encounter\" set _record_id = 'nobody'",
    "event_not_in_future": _period("_record_id = 'r0'", "'2026-04-01'", "null"),
    "event_not_in_future_collapse": _period("true", "'2026-04-01'", "null"),
    "event_not_before_birth": _period("_record_id = 'r0'", "'1959-12-31'", "null"),
    "event_not_before_birth_collapse": _period("true", "'1959-12-31'", "null"),
    "event_not_after_death": "update \"Patient\" set deceasedDateTime = '2025-12-01' where id = 'p0'",
    "people_not_fewer": "delete from \"Patient\" where id > 'p25'",
    "people_not_halved": "delete from \"Patient\" where id > 'p2'",
}
_EVERY = {
    **_EVERY_BUT_NUMBER,
    "number_complete": NO_NUMBER + " where id < 'p2'",
    "number_complete_collapse": NO_NUMBER,
}
_REFERRALS = {
    "contact_has_referral": "delete from \"ServiceRequest\" where id = 'ref0'",
    "contact_inside_referral": "update \"ServiceRequest\" set authoredOn = '2026-03-01' where id = 'ref0'",
    "referral_closed_after_received": 'update "ServiceRequest" set occurrencePeriod = '
    "{'start': null, 'end': '2025-01-01'} "
    "where id = 'ref0'",
    "attendance_known": "update \"Appointment\" set extension = null where _record_id = 'r0'",
}
_SERVICE_WORDS = (
    "[{'coding': [{'system': 'https://fhir.wsic.example/CodeSystem/episode-type', "
    "'code': 'social_care_service'}]}]"
)
_UNIT_COST = "[{'url': wsic_url('UnitCost'), 'valueDecimal': -5.0}]"
BREAKS = {
    "gp": {
        **_EVERY,
        "registrations_do_not_overlap": "insert into \"EpisodeOfCare\" select * replace ('again' as id) "
        "from \"EpisodeOfCare\" where id = 'reg0'",
        "registrations_do_not_overlap_collapse": "insert into \"EpisodeOfCare\" select * replace ('x' "
        "|| id as id) "
        'from "EpisodeOfCare"',
        "registration_ends_after_start": 'update "EpisodeOfCare" set period = '
        "{'start': '2020-01-01', 'end': '2019-01-01'} "
        "where id = 'reg0'",
        "registration_at_known_practice": 'update "EpisodeOfCare" set managingOrganization = null '
        "where id = 'reg0'",
        "patients_are_registered": "delete from \"EpisodeOfCare\" where id > 'reg2'",
        "practice_says_whether_it_shares": 'update "Organization" set extension = null',
    },
    "acute": {
        **_EVERY_BUT_NUMBER,
        "number_complete_inpatients": NO_NUMBER + " where id < 'p2'",
        "number_complete_outpatients": NO_NUMBER + " where id < 'p2'",
        "number_complete_emergency": NO_NUMBER + " where id < 'p2'",
        "number_complete_inpatients_collapse": NO_NUMBER,
        "number_complete_outpatients_collapse": NO_NUMBER,
        "number_complete_emergency_collapse": NO_NUMBER,
        "admission_before_discharge": _period(
            f"{SPELL} and _record_id = 'r0'", "'2026-02-05'", "'2026-02-01'"
        ),
        "admission_method_known": f'update "Encounter" set hospitalization = null where {SPELL} and '
        f"_record_id = 'r0'",
        "admission_method_known_collapse": f'update "Encounter" set hospitalization = null where {SPELL}',
        "patient_classification_known": _extended(SPELL, _code("PatientClassification", "7")),
        "discharge_method_known": _extended(SPELL, _code("PatientClassification", "1")),
        "discharge_destination_known": _hospital("20"),
        "death_agrees_with_destination": _hospital("79"),
        "discharge_ready_inside_spell": _extended(
            SPELL, "{'url': wsic_url('DischargeReadyDate'), 'valueDate': '2026-03-01'}"
        ),
        "spell_hrg_well_formed": _extended(SPELL, _code("Hrg", "1234")),
        "spell_hrg_grouped": _extended(SPELL, _code("Hrg", "UZ01Z")),
        "one_first_episode_a_spell": _extended(
            EPISODE, "{'url': wsic_url('EpisodeNumber'), 'valueInteger': 2}"
        ),
        "episode_has_spell": f"delete from \"Encounter\" where {SPELL} and _record_id = 'r0'",
        "episode_inside_spell": _period(f"{EPISODE} and _record_id = 'r0'", "'2026-02-02'", "'2026-02-09'"),
        "icd10_well_formed": _ICD.format("21.9"),
        "primary_diagnosis_coded": _ICD.format("R69X"),
        "attended_known": 'update "Appointment" set extension = null',
        "future_appointment_is_in_future": 'update "Appointment" set extension = '
        f"[{_code('AttendedStatus', '0')}]",
        "emergency_times_in_order": _period(
            EMERGENCY, "'2026-02-02T10:00:00+00:00'", "'2026-02-02T09:00:00+00:00'"
        ),
        "department_type_known": _extended(EMERGENCY, _code("DepartmentType", "1")),
        "chief_complaint_is_snomed": "update \"Encounter\" set reasonCode = [{'coding': [{'system': "
        f"'http://snomed.info/sct', 'code': 'pain'}}]}}] where {EMERGENCY}",
    },
    "community": {**_EVERY, **_REFERRALS},
    "mental_health": {
        **_EVERY,
        **_REFERRALS,
        "spell_ends_after_start": _period(
            f"{MENTAL_SPELL} and _record_id = 'r0'", "'2026-02-05'", "'2026-02-01'"
        ),
        "ward_stay_has_spell": f"delete from \"Encounter\" where {MENTAL_SPELL} and _record_id = 'r0'",
        "ward_stay_inside_spell": _period(
            f"{MENTAL_SPELL} and _record_id = 'r0'", "'2026-01-03'", "'2026-02-05'"
        ),
        "ready_to_leave_inside_spell": _period(
            f"{MENTAL_SPELL} and _record_id = 'r0'", "'2026-01-02'", "'2026-01-31'"
        ),
    },
    "social_care": {
        **_EVERY,
        "number_complete": NO_NUMBER + " where id < 'p2'",
        "service_ends_after_start": "update \"EpisodeOfCare\" set period = null where id = 'svc0'",
        "service_type_known": f"update \"EpisodeOfCare\" set type = {_SERVICE_WORDS} where id = 'svc0'",
        "service_type_known_collapse": f'update "EpisodeOfCare" set type = {_SERVICE_WORDS}',
        "unit_cost_plausible": f"update \"EpisodeOfCare\" set extension = {_UNIT_COST} where id = 'svc0'",
        "only_services_stay_open": _period("_record_id = 'r0'", "'2026-02-02'", "null"),
    },
    "ambulance": {
        **_EVERY,
        "number_complete": NO_NUMBER + " where id < 'p2'",
        "incident_outcome_known": _extended("_record_id = 'r0'", _code("ResponseCategory", "C2")),
        "incident_outcome_known_collapse": _extended("true", _code("IncidentOutcome", "Seen")),
        "response_category_known": _extended(
            "_record_id = 'r0'", _code("IncidentOutcome", "See and treat"), _code("ResponseCategory", "Red")
        ),
        "incident_ends_after_start": _period(
            "_record_id = 'r0'", "'2026-02-02T10:00:00+00:00'", "'2026-02-02T09:00:00+00:00'"
        ),
        "response_time_plausible": _extended(
            "_record_id = 'r0'",
            _code("IncidentOutcome", "See and treat"),
            "{'url': wsic_url('ResponseSeconds'), 'valueInteger': 90000}",
        ),
        "conveyed_has_an_incident_number": 'update "Encounter" set identifier = null '
        "where _record_id = 'r0'",
    },
}
# A healthy run before: what rules that compare with it need.
_BEFORE = {"people_not_fewer": (300, 0), "people_not_halved": (300, 0), "number_complete": (300, 0)}
_RULES = {(source, rule.rule_id): rule for source, suite in SUITES.items() for rule in suite.rules}
_PLANTED = [(source, rule_id) for source, rules in BREAKS.items() for rule_id in rules]


@pytest.fixture
def night(tmp_path: Path) -> tuple[Settings, Ledger]:
    settings = Settings(home=tmp_path / "home", memory_limit="1GB")
    ledger = Ledger(Zones(settings.home).create().audit / "ledger.sqlite")
    return settings, ledger


@pytest.mark.parametrize("source", SUITES)
def test_a_healthy_source_passes_every_rule(source: str, tmp_path: Path) -> None:
    write_source(tmp_path, source)
    with duckdb.connect() as connection:
        results = check_arrivals(connection, tmp_path, as_of=AS_OF, sources=[source], before=_before(source))
    assert [str(result) for result in results if not result.is_passed] == []
    assert {result.rule_id for result in results} == {rule.rule_id for rule in SUITES[source].rules}


@pytest.fixture(scope="module")
def filled() -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    connections = {source: duckdb.connect() for source in SUITES}
    for source, connection in connections.items():
        fill_source(connection, source)
    yield connections
    for connection in connections.values():
        connection.close()


def test_every_rule_has_a_fault_and_every_fault_a_rule() -> None:
    assert set(_PLANTED) == set(_RULES)


@pytest.mark.parametrize(("source", "rule_id"), _PLANTED)
def test_every_rule_fails_when_broken(
    source: str, rule_id: str, filled: dict[str, duckdb.DuckDBPyConnection], night: tuple[Settings, Ledger]
) -> None:
    _, ledger = night
    rule = _RULES[source, rule_id]
    (result,) = _judged(filled[source], source, rule)
    assert result.is_judged
    assert not result.is_passed
    assert result.severity == rule.severity
    if rule.severity == CRITICAL:
        with pytest.raises(
            ChecksRefusedError, match=rf"arrived\.{source}\.{rule.rule_id}: \d+ of \d+ failed"
        ):
            conclude(ledger, RUN, "", [result])
    else:
        conclude(ledger, RUN, "", [result])
    assert ledger.query("select rule_id, is_passed from rule_result") == [
        {"rule_id": rule.rule_id, "is_passed": 0}
    ]


def _judged(connection: duckdb.DuckDBPyConnection, source: str, rule: Rule) -> list[RuleResult]:
    """The rule on broken rows; the healthy ones are back afterwards."""
    connection.execute("begin")
    try:
        connection.execute(BREAKS[source][rule.rule_id])
        open_filled(connection, source)
        derive(connection, as_of=AS_OF)
        return judge(connection, [Suite(word=SUITES[source].word, rules=(rule,))], _before(source))
    finally:
        connection.execute("rollback")


@pytest.mark.parametrize("source", SUITES)
def test_a_broken_source_refuses_the_night(source: str, night: tuple[Settings, Ledger]) -> None:
    settings, ledger = night
    fhir = Zones(settings.home).fhir
    write_source(fhir, source, BREAKS[source]["one_patient_a_record"])
    with pytest.raises(
        ChecksRefusedError, match=rf"arrived\.{source}\.one_patient_a_record: 1 of 300 failed"
    ):
        run_arrival_checks(settings, ledger, RUN, AS_OF, sources=[source])


def test_a_table_that_cannot_be_read_refuses(night: tuple[Settings, Ledger]) -> None:
    settings, ledger = night
    fhir = Zones(settings.home).fhir
    write_source(fhir, "gp")
    broken = fhir / "EpisodeOfCare" / "source=gp" / f"sender={SENDERS['gp']}" / "data.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 1 as id) to '{broken}' (format parquet)")
    with pytest.raises(ChecksRefusedError, match=r"could not be"):
        run_arrival_checks(settings, ledger, RUN, AS_OF, sources=["gp"])


def test_small_feeds_are_not_judged_by_shares(tmp_path: Path) -> None:
    few = "delete from \"{0}\" where _record_id > 'r13'"
    changes = [few.format(name) for name in ("Patient", "Encounter", "Observation", "EpisodeOfCare")]
    write_source(tmp_path, "gp", *changes, NO_NUMBER)
    with duckdb.connect() as connection:
        results = check_arrivals(connection, tmp_path, as_of=AS_OF, sources=["gp"])
    found = {result.rule_id: result for result in results}
    assert found["number_complete_collapse"].rows_failed == found["number_complete_collapse"].rows_checked > 0
    assert found["number_complete_collapse"].is_passed


def test_a_refused_run_is_no_measure_for_the_next(night: tuple[Settings, Ledger]) -> None:
    settings, ledger = night
    write_source(Zones(settings.home).fhir, "gp")
    run_arrival_checks(settings, ledger, "20260329-001", AS_OF, sources=["gp"])
    write_source(Zones(settings.home).fhir, "gp", _EVERY["people_not_halved"])
    for run_id in (RUN_BEFORE, RUN):  # refused twice: the first refusal must not become the measure
        with pytest.raises(ChecksRefusedError, match="people_not_halved"):
            run_arrival_checks(settings, ledger, run_id, AS_OF, sources=["gp"])


def _before(source: str) -> dict[tuple[str, str], tuple[int, int]]:
    return {(SUITES[source].word, rule_id): counts for rule_id, counts in _BEFORE.items()}
