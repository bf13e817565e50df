"""Acute hospitals: spells and episodes, outpatients, emergency care (SUS).

Codes: NHS Data Dictionary, and the value sets of HL7 UK Core.
"""

from __future__ import annotations

from expectations.results import CRITICAL, WARNING
from expectations.rules import Rule, Suite, each_row
from expectations.sources import every, numbers
from expectations.sources.codes import (
    ADMISSION_METHODS,
    ATTENDED,
    CLASSIFICATIONS,
    DEPARTMENT_TYPES,
    DISCHARGE_DESTINATIONS,
    DISCHARGE_METHODS,
    not_in,
)
from expectations.thresholds import CODE_COLLAPSE, FEW, NUMBER_95, NUMBER_99

_SPELL = "activity_type = 'inpatient_spell'"
_ENDED = f"{_SPELL} and end_at is not null"
_EMERGENCY = "activity_type = 'emergency_attendance'"
_IS_DEATH = "(coalesce(discharge_method, '') in ('4', '5'))"
_NO_METHOD = f"admission_method is null or {not_in('admission_method', ADMISSION_METHODS)}"


def _spell(rule_id: str, meaning: str, failed: str, checked: str = _SPELL) -> Rule:
    return each_row(rule_id, WARNING, meaning, table="encounter", checked=checked, failed=failed)


def _attendance(rule_id: str, meaning: str, failed: str) -> Rule:
    return each_row(rule_id, WARNING, meaning, table="encounter", checked=_EMERGENCY, failed=failed)


SPELLS = (
    _spell(
        "admission_before_discharge",
        "a spell is admitted, and not discharged before that",
        "start_at is null or end_at < start_at",
    ),
    _spell("admission_method_known", "ADMISSION METHOD CODE is one of the national codes", _NO_METHOD),
    each_row(
        "admission_method_known_collapse",
        CRITICAL,
        "ADMISSION METHOD CODE is one of the national codes: emergency metrics rest on it",
        table="encounter",
        checked=_SPELL,
        failed=_NO_METHOD,
        limit=CODE_COLLAPSE,
    ),
    _spell(
        "patient_classification_known",
        "PATIENT CLASSIFICATION CODE is 1 to 5 or 8",
        f"patient_classification is null or {not_in('patient_classification', CLASSIFICATIONS)}",
    ),
    _spell(
        "discharge_method_known",
        "DISCHARGE METHOD CODE is one of the national codes once discharged",
        f"discharge_method is null or {not_in('discharge_method', DISCHARGE_METHODS)}",
        _ENDED,
    ),
    _spell(
        "discharge_destination_known",
        "DISCHARGE DESTINATION CODE is one of the national codes once discharged",
        f"discharge_destination is null or {not_in('discharge_destination', DISCHARGE_DESTINATIONS)}",
        _ENDED,
    ),
    _spell(
        "death_agrees_with_destination",
        "discharge method 4 or 5 (died, stillbirth) goes with destination 79",
        f"{_IS_DEATH} <> (coalesce(discharge_destination, '') = '79')",
        _ENDED,
    ),
    _spell(
        "discharge_ready_inside_spell",
        "the discharge ready date lies inside the spell",
        "discharge_ready_on < start_at::date or discharge_ready_on > end_at::date",
        f"{_SPELL} and discharge_ready_on is not null",
    ),
    _spell(
        "spell_hrg_well_formed",
        "a spell's Healthcare Resource Group reads two letters, two digits, a letter",
        "not regexp_full_match(hrg_code, '[A-Z]{2}[0-9]{2}[A-Z]')",
        f"{_SPELL} and hrg_code is not null",
    ),
    each_row(
        "spell_hrg_grouped",
        WARNING,
        "spells are not left ungroupable (UZ01Z)",
        table="encounter",
        checked=f"{_SPELL} and hrg_code is not null",
        failed="hrg_code = 'UZ01Z'",
        limit=FEW,
    ),
)

EPISODES = (
    each_row(
        "one_first_episode_a_spell",
        WARNING,
        "a spell has one episode numbered 1",
        table="encounter",
        relation="(select sender, part_of_key, count(*) filter (where episode_number = 1) as firsts "
        "from {batch} "
        "where activity_type = 'hospital_episode' and part_of_key is not null group by all)",
        failed="firsts <> 1",
    ),
    each_row(
        "episode_has_spell",
        WARNING,
        "an episode is part of a spell that arrived",
        table="spell_part",
        failed="not has_spell",
    ),
    each_row(
        "episode_inside_spell",
        WARNING,
        "admission, start and end of an episode, and discharge follow one another",
        table="spell_part",
        failed="start_at::date < spell_start_at::date or end_at < start_at or end_at::date > "
        "spell_end_at::date",
    ),
)

DIAGNOSES = (
    each_row(
        "icd10_well_formed",
        WARNING,
        "an ICD-10 code reads a letter, two characters, and up to two more",
        table="diagnosis",
        checked="code_system = 'icd10'",
        failed="not regexp_full_match(code, '[A-Z][0-9][0-9X][0-9X]?[0-9A-Z]?[0-9A-Z]?')",
        limit=FEW,
    ),
    each_row(
        "primary_diagnosis_coded",
        WARNING,
        "an inpatient's primary diagnosis is not left uncoded (R69); outpatients' mostly is",
        table="diagnosis",
        checked="code_system = 'icd10' and position = 1 and activity_type = 'hospital_episode'",
        failed="starts_with(code, 'R69')",
        limit=FEW,
    ),
)

OUTPATIENTS = (
    each_row(
        "attended_known",
        WARNING,
        "ATTENDED OR DID NOT ATTEND CODE is one of the national codes",
        table="appointment",
        checked="activity_type = 'outpatient_attendance'",
        failed=f"attended_code is null or {not_in('attended_code', ATTENDED)}",
    ),
    each_row(
        "future_appointment_is_in_future",
        WARNING,
        "attended code 0 stands for an appointment after the extract date",
        table="appointment",
        checked="attended_code = '0'",
        failed="start_on <= extract_date",
    ),
)

EMERGENCY = (
    _attendance(
        "emergency_times_in_order",
        "arrival, assessment, decision to admit and departure follow one another",
        "start_at is null or assessed_at < start_at or decided_to_admit_at < start_at "
        "or end_at < start_at or end_at < assessed_at",
    ),
    _attendance(
        "department_type_known",
        "EMERGENCY CARE DEPARTMENT TYPE is 01 to 05",
        f"department_type is null or {not_in('department_type', DEPARTMENT_TYPES)}",
    ),
    _attendance(
        "chief_complaint_is_snomed",
        "a chief complaint reads as a SNOMED CT identifier",
        "not regexp_full_match(chief_complaint, '[1-9][0-9]{5,17}')",
    ),
)

NUMBERS = (
    *numbers.of_activity("inpatients", "inpatient_spell", NUMBER_99),
    *numbers.of_activity("outpatients", "outpatient_attendance", NUMBER_99),
    *numbers.of_activity("emergency", "emergency_attendance", NUMBER_95),
)

SUITE = Suite(
    word="arrived.acute",
    rules=(*every.RULES, *NUMBERS, *SPELLS, *EPISODES, *DIAGNOSES, *OUTPATIENTS, *EMERGENCY),
)
