"""MHSDS referrals, teams, care contacts and primary diagnoses. Code lists: NHS Data Model and Dictionary."""

from __future__ import annotations

from connectors.codes import ADMINISTRATIVE_CATEGORY, ATTENDED, CONSULTATION_MECHANISM
from connectors.columns import code, day, hashed, identifier, kept
from connectors.declare import PERSON_ELSEWHERE, Kind, NativeFile, RowCheck, Severity

MHS101 = NativeFile(
    name="MHS101.csv",
    columns=(
        hashed("ServiceRequestID", "The provider's id of the referral", key=True, required=True),
        identifier("LocalPatientID", "The provider's own patient number", required=True),
        code("OrgIDComm", "ODS code of the commissioner"),
        day("ReferralRequestReceivedDate", "When the referral was received", required=True),
        kept("ReferralRequestReceivedTime", "Time of receipt", Kind.TIME, on_malformed=Severity.WARNING),
        code("SourceOfReferralMH", "SOURCE OF REFERRAL FOR MENTAL HEALTH: A1 GP ..."),
        code("ReferringCareProfessionalType", "Profession of the referrer"),
        code(
            "ClinRespPriorityType",
            "CLINICAL RESPONSE PRIORITY TYPE: 1 emergency, 2 urgent, 3 routine, 4 very urgent",
            "1",
            "2",
            "3",
            "4",
        ),
        code("PrimReasonReferralMH", "PRIMARY REASON FOR REFERRAL (MENTAL HEALTH)"),
        day("ServDischDate", "When the service discharged the person", on_malformed=Severity.WARNING),
        day("ReferRejectionDate", "When the referral was rejected", on_malformed=Severity.WARNING),
        code("ReferRejectReason", "REFERRAL REJECTION REASON"),
        code("ReferClosReason", "REFERRAL CLOSURE REASON"),
    ),
    record_id='"LocalPatientID"',
    checks=(
        RowCheck(
            rule_id="discharge_before_referral",
            column="ServDischDate",
            severity=Severity.WARNING,
            predicate='"ServDischDate" < "ReferralRequestReceivedDate"',
            meaning="Discharge from the service is before the referral was received",
        ),
    ),
)

# Fills team, closure and rejection of the referral, and the team of its contacts.
MHS102 = NativeFile(
    name="MHS102.csv",
    columns=(
        hashed("ServiceRequestID", "The provider's id of the referral", key=True, required=True),
        hashed("CareProfTeamLocalID", "The provider's id of the team", key=True, required=True),
        code("ServTeamTypeRefToMH", "SERVICE OR TEAM TYPE REFERRED TO (MENTAL HEALTH)"),
        day("ReferClosureDate", "When the team closed the referral", on_malformed=Severity.WARNING),
        day("ReferRejectionDate", "When the team rejected the referral", on_malformed=Severity.WARNING),
    ),
    supporting=True,
)

MHS201 = NativeFile(
    name="MHS201.csv",
    columns=(
        hashed("CareContactID", "The provider's id of the contact", key=True, required=True),
        hashed("ServiceRequestID", "The referral that the contact belongs to", required=True),
        hashed("CareProfTeamLocalID", "The team that the contact was with"),
        day("CareContDate", "Day of the contact", required=True),
        kept("CareContTime", "Time of the contact", Kind.TIME, on_malformed=Severity.WARNING),
        code("OrgIDComm", "ODS code of the commissioner"),
        code("AdminCatCode", "ADMINISTRATIVE CATEGORY CODE", *ADMINISTRATIVE_CATEGORY),
        kept(
            "ClinContDurOfCareCont",
            "Length of the contact, minutes",
            Kind.INTEGER,
            on_malformed=Severity.WARNING,
        ),
        code("ConsType", "CONSULTATION TYPE"),
        code("CareContSubj", "01 the person, 02 someone on their behalf", "01", "02"),
        code("ConsMechanismMH", "01 face to face, 02 telephone, 11 video ...", *CONSULTATION_MECHANISM),
        code("ActLocTypeCode", "ACTIVITY LOCATION TYPE CODE: A01 home ..."),
        code("AttendStatus", "5, 6 seen; 7, 3 not; 2, 4 cancelled", *ATTENDED),
    ),
    record_id=PERSON_ELSEWHERE,
)

MHS604 = NativeFile(
    name="MHS604.csv",
    columns=(
        hashed("ServiceRequestID", "The referral that the diagnosis was made under", key=True, required=True),
        code("DiagSchemeInUse", "DIAGNOSIS SCHEME IN USE: 02 ICD-10, 06 SNOMED CT", "02", "06"),
        code("PrimDiag", "Primary diagnosis in that scheme", key=True, required=True),
        kept("CodedDiagTimestamp", "When it was coded", Kind.DATETIME, on_malformed=Severity.WARNING),
    ),
    record_id=PERSON_ELSEWHERE,
)
