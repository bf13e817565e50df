"""ECDS: one row per emergency care attendance, coded in SNOMED CT. Source: NHS England ECDS, CDS type 011."""

from __future__ import annotations

from connectors.acute.sus.person import (
    DELETED,
    ambulance_incident,
    born_after,
    person_columns,
    provider_columns,
    record_id,
)
from connectors.columns import code, day, hashed, kept
from connectors.declare import Column, Kind, NativeFile, RowCheck, Severity


def _moment(prefix: str, meaning: str, required: bool = False) -> tuple[Column, Column]:
    return (
        day(f"{prefix}_Date", f"{meaning}, day", required=required),
        kept(f"{prefix}_Time", f"{meaning}, time", Kind.TIME, on_malformed=Severity.WARNING),
    )


ECDS = NativeFile(
    name="ECDS.csv",
    columns=(
        hashed("AttendanceUniqueIdentifier", "The trust's id of the attendance", key=True, required=True),
        *provider_columns(with_cds_type=False),
        code(
            "EC_Department_Type",
            "01 consultant-led, 02 single specialty, 03 other, 04 walk-in, 05 SDEC",
            "01",
            "02",
            "03",
            "04",
            "05",
        ),
        ambulance_incident(),
        *person_columns(),
        code("EC_AttendanceCategory", "1 unplanned first attendance; other values follow-ups"),
        code("EC_Arrival_Mode_SNOMED_CT", "How the person arrived, SNOMED CT"),
        *_moment("Arrival", "Arrival", required=True),
        *_moment("EC_Initial_Assessment", "Initial assessment"),
        code("EC_Acuity_SNOMED_CT", "Acuity, SNOMED CT"),
        code("EC_Chief_Complaint_SNOMED_CT", "Chief complaint, SNOMED CT"),
        code("EC_Diagnosis_01", "First diagnosis, SNOMED CT"),
        code("EC_Diagnosis_02", "Second diagnosis, SNOMED CT", optional=True),
        code("EC_Diagnosis_03", "Third diagnosis, SNOMED CT", optional=True),
        *_moment("EC_Decision_To_Admit", "Decision to admit"),
        *_moment("EC_Departure", "Departure"),
        code("EC_Discharge_Status_SNOMED_CT", "Discharge status, SNOMED CT"),
        code("EC_Discharge_Destination_SNOMED_CT", "Discharge destination, SNOMED CT"),
        code("SUS_HRG_Code", "Healthcare Resource Group of the attendance"),
    ),
    record_id=record_id("ECDS", "AttendanceUniqueIdentifier"),
    deleted_when=DELETED,
    checks=(
        born_after("Arrival_Date"),
        RowCheck(
            rule_id="departure_before_arrival",
            column="EC_Departure_Date",
            severity=Severity.WARNING,
            predicate='"EC_Departure_Date" + "EC_Departure_Time" < "Arrival_Date" + "Arrival_Time"',
            meaning="Departure is before arrival",
        ),
    ),
)
