"""MHSDS header, master patient index and GP registration."""

from __future__ import annotations

from connectors.codes import ETHNIC_CATEGORY_2001, NHS_NUMBER_STATUS, STATED_GENDER
from connectors.columns import coarser, code, day, dropped, identifier
from connectors.declare import Kind, NativeFile, RowCheck, Severity

MHS000 = NativeFile(
    name="MHS000.csv",
    columns=(
        dropped("DatSetVer", "Version of the data set"),
        code("OrgIDProvider", "ODS code of the provider", key=True, required=True),
        code("OrgIDSubmit", "ODS code of the organisation that submitted for it"),
        day("ReportingPeriodStartDate", "First day of the reporting period", key=True, required=True),
        day("ReportingPeriodEndDate", "Last day of the reporting period"),
        dropped(
            "DateTimeDatSetCreate",
            "When the submission was made",
            Kind.DATETIME,
            on_malformed=Severity.WARNING,
        ),
        dropped("PrimSystemInUse", "Record system in use"),
    ),
    supporting=True,
)

MHS001 = NativeFile(
    name="MHS001.csv",
    columns=(
        identifier("LocalPatientID", "The provider's own patient number", key=True, required=True),
        code("OrgIDLocalPatientID", "ODS code of the organisation that issued it"),
        code("OrgIDResidenceResp", "ODS code of the organisation responsible for the residence"),
        identifier("NHSNumber", "NHS number as the provider holds it"),
        code("NHSNumberStatus", "NHS NUMBER STATUS INDICATOR CODE", *NHS_NUMBER_STATUS),
        identifier("GivenName", "Given name, where the provider sends names", optional=True),
        identifier("FamilyName", "Family name, where the provider sends names", optional=True),
        coarser("PersonBirthDate", "Date of birth", Kind.DATE, on_malformed=Severity.WARNING),
        coarser("Postcode", "Postcode of usual address", Kind.TEXT),
        code("GenderIDCode", "GENDER IDENTITY CODE: 1 male, 2 female, 3 non-binary, 4 other", *"1234XZ"),
        code(
            "Gender",
            "PERSON STATED GENDER CODE: 1 male, 2 female, 9 indeterminate, X not known",
            *STATED_GENDER,
        ),
        dropped("MaritalStatus", "Marital status"),
        code("EthnicCategory", "Ethnic category 2001", *ETHNIC_CATEGORY_2001),
        dropped("LanguageCodePreferred", "Preferred language"),
        day("PersDeathDate", "Date of death", on_malformed=Severity.WARNING),
    ),
    record_id='"LocalPatientID"',
    checks=(
        RowCheck(
            rule_id="death_before_birth",
            column="PersDeathDate",
            severity=Severity.WARNING,
            predicate='"PersDeathDate" < "PersonBirthDate"',
            meaning="Date of death is before date of birth",
        ),
    ),
)

# Fills Patient.generalPractitioner; a registration itself is the practice's to report.
MHS002 = NativeFile(
    name="MHS002.csv",
    columns=(
        identifier("LocalPatientID", "The provider's own patient number", key=True, required=True),
        code("GMPReg", "ODS code of the general practice of registration"),
        day("StartDateGMPRegistration", "Start of the registration, as far as the provider knows", key=True),
        day("EndDateGMPRegistration", "End of the registration"),
    ),
    record_id='"LocalPatientID"',
    supporting=True,
)
