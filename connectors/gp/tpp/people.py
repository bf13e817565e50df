"""TPP SROrganisation, SRPatient, SRPatientRegistration and SRPatientAddressHistory, and the manifest."""

from __future__ import annotations

from connectors.columns import coarser, code, dropped, identifier, kept
from connectors.declare import Kind, NativeFile, RowCheck, Severity
from connectors.gp.tpp.feed import DELETED_WHEN, RECORD_ID, internal, organisation, patient, row_head

MANIFEST = NativeFile(
    name="SRManifest.csv",
    supporting=True,
    columns=(
        kept("FileName", "A file of the extract", Kind.TEXT, key=True),
        kept("IsDelta", "False where the file holds everything, not only what changed", Kind.BOOLEAN),
        kept("DateExtract", "When the file was made", Kind.DATETIME),
    ),
)

ORGANISATIONS = NativeFile(
    name="SROrganisation.csv",
    supporting=True,
    deleted_when=DELETED_WHEN,
    columns=(
        *row_head("an organisation"),
        code("ODSCode", "ODS code of the organisation"),
        kept("OrganisationName", "Name of the organisation", Kind.TEXT),
    ),
)

PATIENTS = NativeFile(
    name="SRPatient.csv",
    record_id='"RowIdentifier"',
    deleted_when=DELETED_WHEN,
    columns=(
        identifier(
            "RowIdentifier", "Patient of one practice: the record id of this feed", Kind.CODE, key=True
        ),
        *row_head("a patient")[1:],
        identifier("Title", "Title"),
        identifier("FirstName", "First given name"),
        identifier("MiddleNames", "Other given names"),
        identifier("Surname", "Family name"),
        identifier("PreviousSurname", "Family name before"),
        identifier("NHSNumber", "NHS number, with or without spaces"),
        coarser("DateBirth", "Date of birth", Kind.DATE),
        kept("DateDeath", "Date of death", Kind.DATE),
        identifier("BirthPlace", "Place of birth"),
        code("Gender", "Gender: M male, F female, I indeterminate, U unknown", "M", "F", "I", "U"),
        code("SpeaksEnglish", "Whether the patient speaks English"),
        identifier("EmailAddress", "E-mail address"),
        kept("TestPatient", "True (1) where the patient is made up for testing or training", Kind.BOOLEAN),
        internal("SSRef", "Reference in the social services system"),
        kept(
            "SpineMatched", "True (1) where the national service has confirmed the NHS number", Kind.BOOLEAN
        ),
    ),
)

REGISTRATIONS = NativeFile(
    name="SRPatientRegistration.csv",
    record_id=RECORD_ID,
    deleted_when=DELETED_WHEN,
    columns=(
        *row_head("a registration with a practice"),
        kept("DateEventRecorded", "When it was recorded", Kind.DATETIME),
        internal("IDProfileEnteredBy", "Who recorded it"),
        kept("DateRegistration", "First day of the registration", Kind.DATE, required=True),
        kept("DateDeRegistration", "Last day of the registration; empty while registered", Kind.DATE),
        code("RegistrationStatus", "Kind of registration, in the supplier's words; GMS counts as registered"),
        dropped("PreferredPharmacy", "Pharmacy that the patient prefers"),
        patient(),
        organisation("IDOrganisation", "Organisation that holds the row"),
        organisation("IDOrganisationRegisteredAt", "Practice of the registration"),
    ),
    checks=(
        RowCheck(
            "ends_before_it_starts",
            "DateDeRegistration",
            Severity.WARNING,
            '"DateDeRegistration" < "DateRegistration"',
            "DateDeRegistration is before DateRegistration",
        ),
    ),
)

# Supporting: an address is no resource of its own; Patient.address holds the history.
ADDRESSES = NativeFile(
    name="SRPatientAddressHistory.csv",
    supporting=True,
    record_id=RECORD_ID,
    deleted_when=DELETED_WHEN,
    columns=(
        *row_head("an address of a patient"),
        kept("DateEvent", "First day at the address", Kind.DATE),
        identifier("NameOfBuilding", "Address: name of the building"),
        identifier("NumberOfBuilding", "Address: number"),
        identifier("NameOfRoad", "Address: road"),
        identifier("NameOfLocality", "Address: locality"),
        identifier("NameOfTown", "Address: town"),
        identifier("NameOfCounty", "Address: county"),
        coarser("FullPostCode", "Postcode", Kind.TEXT),
        kept("DateTo", "Last day at the address; empty while current", Kind.DATE),
        code("AddressType", "Kind of address, in the supplier's words: home, temporary, correspondence"),
        patient(),
        code("CcgOfResidence", "Commissioner of residence"),
    ),
    checks=(
        RowCheck(
            "ends_before_it_starts",
            "DateTo",
            Severity.WARNING,
            '"DateTo" < "DateEvent"',
            "DateTo is before DateEvent",
        ),
    ),
)

FILES = (MANIFEST, ORGANISATIONS, PATIENTS, REGISTRATIONS, ADDRESSES)
