"""APC: one row per consultant episode, finished or not. Source: NHS Data Dictionary, CDS types 120-200."""

from __future__ import annotations

from connectors.acute.sus.person import DELETED, born_after, person_columns, provider_columns, record_id
from connectors.codes import (
    ADMINISTRATIVE_CATEGORY,
    ADMISSION_METHOD,
    DISCHARGE_DESTINATION,
    DISCHARGE_METHOD,
    PATIENT_CLASSIFICATION,
    SOURCE_OF_ADMISSION,
)
from connectors.columns import code, day, hashed, kept
from connectors.declare import Column, Kind, NativeFile, RowCheck, Severity

SECONDARY_DIAGNOSES = tuple(f"SecondaryDiagnosisICD_{number:02d}" for number in range(1, 13))


def _spell() -> tuple[Column, ...]:
    return (
        hashed("HospitalProviderSpellNumber", "The spell; with the provider's code it names one stay"),
        kept(
            "EpisodeNumber",
            "Order of the episode in its spell, 1 = admission episode; 98 and 99 say no order",
            Kind.INTEGER,
            on_malformed=Severity.WARNING,
        ),
        code("LastEpisodeInSpellIndicator", "LAST EPISODE IN SPELL INDICATOR: 1 last, 2 not", "1", "2", "9"),
        code("AdministrativeCategory", "Who pays: 01 NHS, 02 private", *ADMINISTRATIVE_CATEGORY),
        code("PatientClassification", "1 ordinary, 2 day case, 3 to 5 others", *PATIENT_CLASSIFICATION),
        code(
            "AdmissionMethodHospitalProviderSpell",
            "How the stay began; 21-28, 2A-2D are emergencies",
            *ADMISSION_METHOD,
        ),
        code("SourceOfAdmissionHospitalProviderSpell", "Where the person came from", *SOURCE_OF_ADMISSION),
        day("DecidedToAdmitDate", "When it was decided to admit"),
        day("StartDateHospitalProviderSpell", "Admission", required=True),
        day("StartDateConsultantEpisode", "Start of the episode", required=True),
        day("EndDateConsultantEpisode", "End of the episode; blank while unfinished"),
        day("DischargeDateFromHospitalProviderSpell", "Discharge; blank while in hospital"),
        code("DischargeMethodHospitalProviderSpell", "How the stay ended; 4 died", *DISCHARGE_METHOD),
        code(
            "DischargeDestinationHospitalProviderSpell",
            "Where the person went; 19 usual home",
            *DISCHARGE_DESTINATION,
        ),
        day("HospitalProviderSpellDischargeReadyDate", "When the person was ready to leave"),
        code("MainSpecialtyCode", "MAIN SPECIALTY CODE of the consultant"),
        code("TreatmentFunctionCode", "TREATMENT FUNCTION CODE of the episode"),
    )


def _coding() -> tuple[Column, ...]:
    procedures = [
        column
        for number in (2, 3, 4)
        for column in (
            code(f"ProcedureOPCS_{number:02d}", "Secondary procedure, OPCS-4", optional=True),
            day(
                f"ProcedureDate_{number:02d}",
                "Date of that procedure",
                optional=True,
                on_malformed=Severity.WARNING,
            ),
        )
    ]
    return (
        code("PrimaryDiagnosisICD", "Primary diagnosis, ICD-10 5th edition without a dot"),
        *(
            code(name, "Secondary diagnosis, ICD-10", optional=name != SECONDARY_DIAGNOSES[0])
            for name in SECONDARY_DIAGNOSES
        ),
        code("PrimaryProcedureOPCS", "Primary procedure, OPCS-4; '-' says none"),
        day("PrimaryProcedureDate", "Date of the primary procedure", on_malformed=Severity.WARNING),
        *procedures,
        code("SpellCoreHRG", "Healthcare Resource Group of the spell (HRG4+)"),
    )


def _order(rule_id: str, earlier: str, later: str) -> RowCheck:
    return RowCheck(
        rule_id=rule_id,
        column=later,
        severity=Severity.WARNING,
        predicate=f'"{earlier}" > "{later}"',
        meaning=f"{later} is before {earlier}",
    )


APC = NativeFile(
    name="APC.csv",
    columns=(
        hashed("GeneratedRecordIdentifier", "The trust's id of the episode row", key=True, required=True),
        *provider_columns(with_cds_type=True),
        *person_columns(),
        *_spell(),
        *_coding(),
    ),
    record_id=record_id("APC", "GeneratedRecordIdentifier"),
    deleted_when=DELETED,
    checks=(
        born_after("StartDateHospitalProviderSpell"),
        _order(
            "discharge_before_admission",
            "StartDateHospitalProviderSpell",
            "DischargeDateFromHospitalProviderSpell",
        ),
        _order("episode_ends_before_start", "StartDateConsultantEpisode", "EndDateConsultantEpisode"),
        _order("episode_before_admission", "StartDateHospitalProviderSpell", "StartDateConsultantEpisode"),
    ),
)
