"""EMIS Prescribing_*: authorisations (drug records) and each issue of them."""

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

_DRUG = (
    code("CodeId", "Product: a CodeId of Coding_DrugCode", required=True),
    free_text("Dosage", "Directions, as they are printed on the label"),
    kept("Quantity", "Quantity of one issue", Kind.DECIMAL, on_malformed=Severity.WARNING),
    kept("QuantityUnit", "Unit of the quantity", Kind.TEXT),
    hashed("ProblemObservationGuid", "Problem that it is given for"),
)
_WRITTEN = (
    *day_and_precision("EffectiveDate", "Day it was written"),
    day("EnteredDate", "Day it was entered"),
)

AUTHORISATIONS = NativeFile(
    name="Prescribing_DrugRecord.csv",
    record_id='"PatientGuid"',
    deleted_when=DELETED_WHEN,
    order_by=NEWEST_LAST,
    columns=(
        hashed("DrugRecordGuid", "Authorisation of a drug", key=True),
        patient(),
        ORGANISATION,
        *_WRITTEN,
        staff("ClinicanUserInRoleGuid", "Clinician (sic: the supplier's spelling)"),
        staff("EnteredByUserInRoleGuid", "Who entered it"),
        *_DRUG,
        code("PrescriptionType", "Kind of prescription, in the supplier's words: acute, repeat ..."),
        kept("IsActive", "True while the authorisation stands", Kind.BOOLEAN),
        day("CancellationDate", "Day the authorisation was cancelled"),
        kept("NumberOfIssues", "Issues so far", Kind.INTEGER, on_malformed=Severity.WARNING),
        kept("NumberOfIssuesAuthorised", "Issues authorised", Kind.INTEGER, on_malformed=Severity.WARNING),
        CONFIDENTIAL,
        DELETED,
        PROCESSING_ID,
    ),
    checks=(
        RowCheck(
            "ends_before_it_starts",
            "CancellationDate",
            Severity.WARNING,
            '"CancellationDate" < "EffectiveDate"',
            "CancellationDate is before EffectiveDate",
        ),
    ),
)

ISSUES = NativeFile(
    name="Prescribing_IssueRecord.csv",
    record_id='"PatientGuid"',
    deleted_when=DELETED_WHEN,
    order_by=NEWEST_LAST,
    columns=(
        hashed("IssueRecordGuid", "Issue of a prescription", key=True),
        patient(),
        ORGANISATION,
        hashed("DrugRecordGuid", "Authorisation that was issued"),
        *_WRITTEN,
        staff("ClinicianUserInRoleGuid", "Clinician"),
        staff("EnteredByUserInRoleGuid", "Who entered it"),
        *_DRUG,
        kept(
            "CourseDurationInDays",
            "Days that the issue is meant to last",
            Kind.INTEGER,
            on_malformed=Severity.WARNING,
        ),
        kept(
            "EstimatedNhsCost", "Estimated cost to the NHS, GBP", Kind.DECIMAL, on_malformed=Severity.WARNING
        ),
        CONFIDENTIAL,
        DELETED,
        PROCESSING_ID,
    ),
    checks=(
        RowCheck(
            "negative_cost",
            "EstimatedNhsCost",
            Severity.WARNING,
            '"EstimatedNhsCost" < 0',
            "EstimatedNhsCost is below nought",
        ),
    ),
)

FILES = (AUTHORISATIONS, ISSUES)
