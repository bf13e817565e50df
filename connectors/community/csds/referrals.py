"""CSDS referrals and the teams referred to."""

from __future__ import annotations

from connectors.columns import code, day, dropped, hashed, identifier, kept
from connectors.declare import Kind, NativeFile, RowCheck, Severity

CYP101 = NativeFile(
    name="CYP101.csv",
    columns=(
        hashed("ServiceRequestID", "The provider's id of the referral", key=True, required=True),
        identifier("LocalPatientID", "The provider's own patient number", required=True),
        code("OrgID_Commissioner", "ODS code of the commissioner"),
        day("ReferralRequest_ReceivedDate", "When the referral was received", required=True),
        kept("ReferralRequest_ReceivedTime", "Time of receipt", Kind.TIME, on_malformed=Severity.WARNING),
        code("SourceOfReferral", "SOURCE OF REFERRAL FOR COMMUNITY"),
        code("OrgID_Referring", "ODS code of the referring organisation"),
        code("Referring_StaffGroup", "Staff group of the referrer"),
        code("Priority_Type", "1 routine, 2 urgent, 3 two week wait", "1", "2", "3"),
        code("PrimaryReferralReason", "PRIMARY REASON FOR REFERRAL (COMMUNITY CARE)"),
        day("Discharge_Date", "When the service discharged the person", on_malformed=Severity.WARNING),
        dropped(
            "Discharge_LetterIssuedDate",
            "When the letter was issued",
            Kind.DATE,
            on_malformed=Severity.WARNING,
        ),
    ),
    record_id='"LocalPatientID"',
    checks=(
        RowCheck(
            rule_id="discharge_before_referral",
            column="Discharge_Date",
            severity=Severity.WARNING,
            predicate='"Discharge_Date" < "ReferralRequest_ReceivedDate"',
            meaning="Discharge from the service is before the referral was received",
        ),
    ),
)

# Fills team, closure and rejection of the referral, and the team of its contacts.
CYP102 = NativeFile(
    name="CYP102.csv",
    columns=(
        hashed("ServiceRequestID", "The provider's id of the referral", key=True, required=True),
        hashed("TeamID_Local", "The provider's id of the team", key=True, required=True),
        code("TeamType", "SERVICE OR TEAM TYPE REFERRED TO (COMMUNITY CARE)"),
        day("Referral_ClosureDate", "When the team closed the referral", on_malformed=Severity.WARNING),
        day("Referral_RejectionDate", "When the team rejected the referral", on_malformed=Severity.WARNING),
        code("Referral_ClosureReason", "REFERRAL CLOSURE REASON"),
        code("Referral_RejectionReason", "REFERRAL REJECTION REASON"),
    ),
    supporting=True,
)
