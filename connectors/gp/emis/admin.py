"""EMIS Admin_* and Agreements_*: practices, their consent to share, staff and patients."""

from __future__ import annotations

from connectors.codes import NHS_NUMBER_STATUS
from connectors.columns import coarser, code, day, dropped, free_text, hashed, identifier, kept
from connectors.declare import Kind, NativeFile
from connectors.gp.emis.feed import (
    CONFIDENTIAL,
    DELETED,
    DELETED_WHEN,
    NEWEST_LAST,
    ORGANISATION,
    PROCESSING_ID,
    staff,
)

SEX = ("M", "F", "I", "U")

SHARING = NativeFile(
    name="Agreements_SharingOrganisation.csv",
    supporting=True,
    deleted_when=DELETED_WHEN,
    columns=(
        hashed("OrganisationGuid", "Practice that the agreement is with", key=True),
        kept(
            "IsActivated", "True where the practice has switched its sharing on", Kind.BOOLEAN, required=True
        ),
        kept("LastModifiedDate", "When the agreement was last changed", Kind.DATETIME),
        kept("Disabled", "True where sharing has been switched off again", Kind.BOOLEAN),
        DELETED,
    ),
)

ORGANISATIONS = NativeFile(
    name="Admin_Organisation.csv",
    supporting=True,
    order_by=NEWEST_LAST,
    columns=(
        hashed("OrganisationGuid", "Organisation, as this feed names it", key=True),
        dropped("CDB", "Supplier's number of the practice's database", Kind.CODE),
        kept("OrganisationName", "Name of the organisation", Kind.TEXT),
        code("ODSCode", "ODS code of the organisation"),
        hashed("ParentOrganisationGuid", "Organisation that this one belongs to"),
        hashed("CCGOrganisationGuid", "Commissioner of the organisation"),
        kept("OrganisationType", "Kind of organisation, in the supplier's words", Kind.TEXT),
        day("OpenDate", "First day of the organisation"),
        day("CloseDate", "Last day of the organisation; empty while open"),
        dropped("MainLocationGuid", "Main site of the organisation", Kind.CODE),
        PROCESSING_ID,
    ),
)

STAFF = NativeFile(
    name="Admin_UserInRole.csv",
    supporting=True,
    order_by=NEWEST_LAST,
    columns=(
        hashed("UserInRoleGuid", "Member of staff in one role", key=True),
        ORGANISATION,
        dropped("Title", "Title of the member of staff"),
        dropped("GivenName", "Given name of the member of staff"),
        dropped("Surname", "Family name of the member of staff"),
        kept("JobCategoryCode", "Job category code", Kind.CODE),
        kept("JobCategoryName", "Job category", Kind.TEXT),
        day("ContractStartDate", "First day in the role"),
        day("ContractEndDate", "Last day in the role; empty while in it"),
        PROCESSING_ID,
    ),
)

PATIENTS = NativeFile(
    name="Admin_Patient.csv",
    record_id='"PatientGuid"',
    deleted_when=DELETED_WHEN,
    order_by=NEWEST_LAST,
    columns=(
        identifier("PatientGuid", "Patient of one practice: the record id of this feed", Kind.CODE, key=True),
        hashed("OrganisationGuid", "Practice that holds the record", required=True),
        staff("UsualGpUserInRoleGuid", "Usual GP"),
        code("Sex", "Sex: M male, F female, I indeterminate, U unknown", *SEX),
        coarser("DateOfBirth", "Date of birth", Kind.DATE),
        day("DateOfDeath", "Date of death"),
        identifier("Title", "Title"),
        identifier("GivenName", "First given name"),
        identifier("MiddleNames", "Other given names"),
        identifier("Surname", "Family name"),
        day("DateOfRegistration", "First day of the current or last registration with the practice"),
        identifier("NhsNumber", "NHS number, with or without spaces"),
        identifier("PatientNumber", "Number of the patient at the practice"),
        code("PatientTypeDescription", "Kind of registration, in the supplier's words; Regular is GMS"),
        kept("DummyType", "True where the patient is made up for testing or training", Kind.BOOLEAN),
        identifier("HouseNameFlatNumber", "Address: house name or flat"),
        identifier("NumberAndStreet", "Address: number and street"),
        identifier("Village", "Address: village or locality"),
        identifier("Town", "Address: town"),
        identifier("County", "Address: county"),
        coarser("Postcode", "Postcode of the home address", Kind.TEXT),
        code("ResidentialInstituteCode", "Residential institution that the patient lives in"),
        code("NHSNumberStatus", "NHS NUMBER STATUS INDICATOR CODE", *NHS_NUMBER_STATUS),
        free_text("CarerName", "Name of a carer"),
        free_text("CarerRelation", "Relation of the carer to the patient"),
        identifier("PersonGuid", "Person across practices, as the supplier matches them", Kind.CODE),
        day("DateOfDeactivation", "Last day of the registration; empty while registered"),
        DELETED,
        kept("SpineSensitive", "True where the national record is marked sensitive", Kind.BOOLEAN),
        CONFIDENTIAL,
        identifier("EmailAddress", "E-mail address"),
        identifier("HomePhone", "Home telephone"),
        identifier("MobilePhone", "Mobile telephone"),
        staff("ExternalUsualGPGuid", "Usual GP outside the practice"),
        dropped("ExternalUsusalGP", "Usual GP outside the practice, by name (sic: the supplier's spelling)"),
        dropped("ExternalUsusalGPOrganisation", "Practice of that GP (sic: the supplier's spelling)"),
        PROCESSING_ID,
    ),
)

FILES = (SHARING, ORGANISATIONS, STAFF, PATIENTS)
