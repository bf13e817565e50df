"""CSDS header, master patient index and GP registration."""

from __future__ import annotations

from connectors.codes import ETHNIC_CATEGORY_2001, NHS_NUMBER_STATUS, STATED_GENDER
from connectors.columns import coarser, code, day, dropped, identifier
from connectors.declare import Kind, NativeFile, RowCheck, Severity

CYP000 = NativeFile(
    name="CYP000.csv",
    columns=(
        dropped("Version", "Version of the data set"),
        code("OrgID_Provider", "ODS code of the provider", key=True, required=True),
        code("OrgID_Submitter", "ODS code of the organisation that submitted for it"),
        day("RP_StartDate", "First day of the reporting period", key=True, required=True),
        day("RP_EndDate", "Last day of the reporting period"),
        dropped(
            "FileCreation_DateTime",
            "When the submission was made",
            Kind.DATETIME,
            on_malformed=Severity.WARNING,
        ),
        dropped("PrimarySystem", "Record system in use"),
    ),
    supporting=True,
)

CYP001 = NativeFile(
    name="CYP001.csv",
    columns=(
        identifier("LocalPatientID", "The provider's own patient number", key=True, required=True),
        code("OrgID_LocalPatientID", "ODS code of the organisation that issued it"),
        code("OrgID_ResidenceResp", "ODS code of the organisation responsible for the residence"),
        identifier("NHSNumber", "NHS number as the provider holds it"),
        code("NHSNumber_Status", "NHS NUMBER STATUS INDICATOR CODE", *NHS_NUMBER_STATUS),
        identifier("GivenName", "Given name, where the provider sends names", optional=True),
        identifier("FamilyName", "Family name, where the provider sends names", optional=True),
        coarser("DateOfBirth", "Date of birth", Kind.DATE, on_malformed=Severity.WARNING),
        coarser("Postcode", "Postcode of usual address", Kind.TEXT),
        code(
            "Gender",
            "PERSON STATED GENDER CODE: 1 male, 2 female, 9 indeterminate, X not known",
            *STATED_GENDER,
        ),
        code("EthnicCategory", "Ethnic category 2001", *ETHNIC_CATEGORY_2001),
        dropped("LanguagePreferred", "Preferred language"),
        day("DateOfDeath", "Date of death", on_malformed=Severity.WARNING),
    ),
    record_id='"LocalPatientID"',
    checks=(
        RowCheck(
            rule_id="death_before_birth",
            column="DateOfDeath",
            severity=Severity.WARNING,
            predicate='"DateOfDeath" < "DateOfBirth"',
            meaning="Date of death is before date of birth",
        ),
    ),
)

# Fills Patient.generalPractitioner; a registration itself is the practice's to report.
CYP002 = NativeFile(
    name="CYP002.csv",
    columns=(
        identifier("LocalPatientID", "The provider's own patient number", key=True, required=True),
        code("OrgID_GMPReg", "ODS code of the general practice of registration"),
        day("StartDate_GMPReg", "Start of the registration, as far as the provider knows", key=True),
        day("EndDate_GMPReg", "End of the registration"),
    ),
    record_id='"LocalPatientID"',
    supporting=True,
)
