"""CSDS care contacts and the activities in them. Code lists: NHS Data Model and Dictionary."""

from __future__ import annotations

from connectors.codes import ADMINISTRATIVE_CATEGORY, ATTENDED, CONSULTATION_MECHANISM
from connectors.columns import coarser, code, day, dropped, hashed, kept
from connectors.declare import PERSON_ELSEWHERE, Kind, NativeFile, Severity

CYP201 = NativeFile(
    name="CYP201.csv",
    columns=(
        hashed("CareContactID", "The provider's id of the contact", key=True, required=True),
        hashed("ServiceRequestID", "The referral that the contact belongs to", required=True),
        hashed("TeamID_Local", "The team that the contact was with"),
        day("Contact_Date", "Day of the contact", required=True),
        kept("Contact_Time", "Time of the contact", Kind.TIME, on_malformed=Severity.WARNING),
        code("OrgID_Commissioner", "ODS code of the commissioner"),
        code("AdminCategory", "ADMINISTRATIVE CATEGORY CODE", *ADMINISTRATIVE_CATEGORY),
        kept(
            "CareContact_Duration",
            "Length of the contact, minutes",
            Kind.INTEGER,
            on_malformed=Severity.WARNING,
        ),
        code("Consultation_Type", "01 initial, 02 follow-up", "01", "02"),
        code("CareContact_Subject", "01 the person, 02 someone on their behalf", "01", "02"),
        code("ConsMechanism", "01 face to face, 02 telephone, 11 video ...", *CONSULTATION_MECHANISM),
        code("Activity_LocationType", "ACTIVITY LOCATION TYPE CODE: A01 home ..."),
        code("Treatment_OrgSiteID", "ODS code of the site"),
        code("GroupTherapyIndicator", "Whether it was group therapy", "Y", "N"),
        code("AttendanceStatus", "5, 6 seen; 7, 3 not; 2, 4 cancelled", *ATTENDED),
        dropped(
            "ReasonableOffer_Date", "Earliest reasonable offer", Kind.DATE, on_malformed=Severity.WARNING
        ),
        day("Contact_CancellationDate", "When it was cancelled", on_malformed=Severity.WARNING),
        code("Contact_CancellationReason", "CARE CONTACT CANCELLATION REASON"),
    ),
    record_id=PERSON_ELSEWHERE,
)

CYP202 = NativeFile(
    name="CYP202.csv",
    columns=(
        hashed("CareActivityID", "The provider's id of the activity", key=True, required=True),
        hashed("CareContactID", "The contact that it was part of", required=True),
        code("Activity_Type", "COMMUNITY CARE ACTIVITY TYPE CODE"),
        dropped("CareProfessionalID_Local", "Staff identifier"),
        kept(
            "CareActivity_Duration",
            "Length of the activity, minutes",
            Kind.INTEGER,
            on_malformed=Severity.WARNING,
        ),
        code("Procedure_Scheme", "PROCEDURE SCHEME IN USE: 06 SNOMED CT, 02 OPCS-4", "02", "04", "05", "06"),
        code("CodedProcedure", "Procedure in that scheme"),
        code("Finding_Scheme", "FINDING SCHEME IN USE: 01 ICD-10, 04 SNOMED CT", "01", "02", "03", "04"),
        code("CodedFinding", "Finding in that scheme"),
        code("Observation_Scheme", "OBSERVATION SCHEME IN USE: 03 SNOMED CT", "01", "02", "03"),
        code("CodedObservation", "Observation in that scheme"),
        coarser("ObservationValue", "Its value; a number is kept, any other text never leaves", Kind.TEXT),
        code("UC_UnitOfMeasurement", "Unit, UCUM"),
    ),
    record_id=PERSON_ELSEWHERE,
)
