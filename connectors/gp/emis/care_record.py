"""EMIS CareRecord_*: consultations, observations and problems."""

from __future__ import annotations

from connectors.columns import code, day, free_text, hashed, kept
from connectors.declare import Kind, NativeFile, RowCheck, Severity
from connectors.gp.emis.feed import (
    CONFIDENTIAL,
    DELETED,
    DELETED_WHEN,
    NEWEST_LAST,
    ORGANISATION,
    PROCESSING_ID,
    day_and_precision,
    patient,
    staff,
)

OBSERVATION_TYPES = (
    *("Observation", "Value", "Investigation", "Allergy", "Immunisation", "Referral"),
    *("Family History", "Family history", "Test Request", "Test request", "Document", "Annotation"),
)

CONSULTATIONS = NativeFile(
    name="CareRecord_Consultation.csv",
    record_id='"PatientGuid"',
    deleted_when=DELETED_WHEN,
    order_by=NEWEST_LAST,
    columns=(
        hashed("ConsultationGuid", "Consultation", key=True),
        patient(),
        ORGANISATION,
        *day_and_precision("EffectiveDate", "Day of the consultation"),
        day("EnteredDate", "Day it was entered"),
        staff("ClinicianUserInRoleGuid", "Clinician"),
        staff("EnteredByUserInRoleGuid", "Who entered it"),
        hashed("AppointmentSlotGuid", "Appointment that the consultation came from"),
        kept("ConsultationSourceTerm", "Kind of consultation, in the supplier's words", Kind.TEXT),
        code("ConsultationSourceCodeId", "Kind of consultation, as a CodeId of Coding_ClinicalCode"),
        kept("Complete", "True where the consultation has been completed", Kind.BOOLEAN),
        DELETED,
        CONFIDENTIAL,
        PROCESSING_ID,
    ),
)

OBSERVATIONS = NativeFile(
    name="CareRecord_Observation.csv",
    record_id='"PatientGuid"',
    deleted_when=DELETED_WHEN,
    order_by=NEWEST_LAST,
    columns=(
        hashed("ObservationGuid", "Entry of the record", key=True),
        patient(),
        ORGANISATION,
        *day_and_precision("EffectiveDate", "Day on which it was true"),
        day("EnteredDate", "Day it was entered"),
        kept("EnteredTime", "Time it was entered", Kind.TIME),
        staff("ClinicianUserInRoleGuid", "Clinician"),
        staff("EnteredByUserInRoleGuid", "Who entered it"),
        hashed("ParentObservationGuid", "Entry that this one is part of, such as a panel"),
        code("CodeId", "What was observed: a CodeId of Coding_ClinicalCode", required=True),
        hashed("ProblemGuid", "Problem that the entry belongs to"),
        free_text("AssociatedText", "What the clinician wrote beside the code"),
        hashed("ConsultationGuid", "Consultation in which it was entered"),
        kept("Value", "Measured value: a number, or now and then words", Kind.TEXT),
        kept("NumericUnit", "Unit of the value", Kind.TEXT),
        code("ObservationType", "Kind of entry, in the supplier's words", *OBSERVATION_TYPES),
        kept(
            "NumericRangeLow", "Lower end of the reference range", Kind.DECIMAL, on_malformed=Severity.WARNING
        ),
        kept(
            "NumericRangeHigh",
            "Upper end of the reference range",
            Kind.DECIMAL,
            on_malformed=Severity.WARNING,
        ),
        hashed("DocumentGuid", "Document that the entry stands for"),
        DELETED,
        CONFIDENTIAL,
        PROCESSING_ID,
    ),
    checks=(
        RowCheck(
            "range_reversed",
            "NumericRangeHigh",
            Severity.WARNING,
            '"NumericRangeHigh" < "NumericRangeLow"',
            "NumericRangeHigh is below NumericRangeLow",
        ),
    ),
)

PROBLEMS = NativeFile(
    name="CareRecord_Problem.csv",
    record_id='"PatientGuid"',
    deleted_when=DELETED_WHEN,
    order_by=NEWEST_LAST,
    columns=(
        hashed("ObservationGuid", "The entry that is the problem: its code and onset are there", key=True),
        patient(),
        ORGANISATION,
        hashed("ParentProblemObservationGuid", "Problem that this one is part of"),
        DELETED,
        free_text("Comment", "What the clinician wrote about the problem"),
        *day_and_precision("EndDate", "Day the problem ended"),
        kept("ExpectedDuration", "Expected duration, days", Kind.INTEGER, on_malformed=Severity.WARNING),
        *day_and_precision("LastReviewDate", "Day the problem was last reviewed"),
        staff("LastReviewUserInRoleGuid", "Who reviewed it"),
        kept("ParentProblemRelationship", "How it belongs to the other problem", Kind.TEXT),
        code("ProblemStatusDescription", "Status, in the supplier's words: active or past problem"),
        code(
            "SignificanceDescription", "Significance, in the supplier's words: significant or minor problem"
        ),
        PROCESSING_ID,
    ),
)

FILES = (CONSULTATIONS, OBSERVATIONS, PROBLEMS)
