"""OP: one row per outpatient appointment, kept or not. Source: NHS Data Dictionary, CDS types 020, 021."""

from __future__ import annotations

from connectors.acute.sus.person import DELETED, born_after, person_columns, provider_columns, record_id
from connectors.codes import ATTENDED, FIRST_ATTENDANCE, OUTCOME_OF_ATTENDANCE
from connectors.columns import code, day, hashed
from connectors.declare import NativeFile, Severity

OP = NativeFile(
    name="OP.csv",
    columns=(
        hashed("GeneratedRecordIdentifier", "The trust's id of the appointment row", key=True, required=True),
        *provider_columns(with_cds_type=True),
        *person_columns(),
        hashed("AttendanceIdentifier", "The trust's id of the attendance"),
        day("AppointmentDate", "Day of the appointment", required=True),
        code("AttendedOrDidNotAttend", "5, 6 seen; 7, 3 not; 2, 4 cancelled; 0 still to come", *ATTENDED),
        code("FirstAttendance", "1, 3 first; 2, 4 follow-up; 3, 4 by telephone or video", *FIRST_ATTENDANCE),
        code(
            "OutcomeOfAttendance",
            "1 discharged, 2 next appointment given, 3 to be made",
            *OUTCOME_OF_ATTENDANCE,
        ),
        code("PriorityType", "1 routine, 2 urgent, 3 two week wait", "1", "2", "3"),
        code("SourceOfReferralForOutPatients", "SOURCE OF REFERRAL FOR OUT-PATIENTS"),
        day(
            "ReferralRequestReceivedDate",
            "When the referral reached the trust",
            on_malformed=Severity.WARNING,
        ),
        code("MainSpecialtyCode", "MAIN SPECIALTY CODE of the consultant"),
        code("TreatmentFunctionCode", "TREATMENT FUNCTION CODE of the clinic"),
        code("PrimaryDiagnosisICD", "Diagnosis, ICD-10; blank in most rows, never to define a condition by"),
        code("PrimaryProcedureOPCS", "Procedure, OPCS-4; '-' says none"),
        code("CoreHRG", "Healthcare Resource Group of the attendance"),
    ),
    record_id=record_id("OP", "GeneratedRecordIdentifier"),
    deleted_when=DELETED,
    checks=(born_after("AppointmentDate"),),
)
