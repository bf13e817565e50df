"""TPP SREvent, SRCode, SRPrimaryCareMedication and SRAppointment."""

from __future__ import annotations

from connectors.columns import coarser, code, dropped, free_text, hashed, kept
from connectors.declare import Kind, NativeFile, RowCheck, Severity
from connectors.gp.tpp.feed import DELETED_WHEN, RECORD_ID, internal, organisation, patient, row_head

EVENTS = NativeFile(
    name="SREvent.csv",
    record_id=RECORD_ID,
    deleted_when=DELETED_WHEN,
    columns=(
        *row_head("an event of the record, such as a consultation"),
        kept("DateEventRecorded", "When it was recorded", Kind.DATETIME),
        kept("DateEvent", "When it happened", Kind.DATETIME),
        internal("IDDoneBy", "Who did it"),
        internal("IDAuthorisedBy", "Who authorised it"),
        kept("ContactEventLocation", "Where it happened, in the supplier's words", Kind.TEXT),
        kept("ContactMethod", "How it happened, in the supplier's words", Kind.TEXT),
        kept("EventIncomplete", "True (1) where the event is not complete", Kind.BOOLEAN),
        kept("ClinicalEvent", "False (0) where the event is administration, not care", Kind.BOOLEAN),
        internal("IDReferralIn", "Referral in that the event belongs to"),
        patient(),
        organisation("IDOrganisation", "Organisation of the event"),
        internal("IDTeam", "Team of the event"),
        internal("IDBranch", "Branch of the practice"),
    ),
)

CODES = NativeFile(
    name="SRCode.csv",
    record_id=RECORD_ID,
    deleted_when=DELETED_WHEN,
    columns=(
        *row_head("a coded entry of the record"),
        kept("DateEventRecorded", "When it was recorded", Kind.DATETIME),
        kept("DateEvent", "When it was true", Kind.DATETIME),
        code("CTV3Code", "Clinical Terms version 3 code"),
        kept("CTV3Text", "Term of the CTV3 code", Kind.TEXT),
        code("SNOMEDCode", "SNOMED CT concept id"),
        kept("SNOMEDText", "Term of the SNOMED CT concept", Kind.TEXT),
        code("NumericComparator", "Comparator of the value", "=", "<", "<=", ">", ">=", "~"),
        kept("IsNumeric", "True (1) where the entry has a value", Kind.BOOLEAN),
        kept("NumericValue", "Measured value", Kind.DECIMAL, on_malformed=Severity.WARNING),
        kept("NumericUnit", "Unit of the value", Kind.TEXT),
        code("EpisodeType", "Episode of a problem: F first, N new, O ongoing; empty for other entries"),
        internal("IDTemplate", "Template that it was entered with"),
        internal("IDQuestionnaire", "Questionnaire that it was entered with"),
        hashed("IDEvent", "Event in which it was entered"),
        patient(),
        internal("IDReferralIn", "Referral in that it belongs to"),
        internal("IDAppointment", "Appointment that it belongs to"),
        internal("IDVisit", "Visit that it belongs to"),
        organisation("IDOrganisation", "Organisation that entered it"),
        organisation("IDOrganisationRegisteredAt", "Practice of registration at the time"),
    ),
    checks=(
        RowCheck(
            "missing_code",
            "SNOMEDCode",
            Severity.ROW,
            f'"SNOMEDCode" is null and "CTV3Code" is null and not {DELETED_WHEN}',
            "neither SNOMEDCode nor CTV3Code says what the entry is",
        ),
        RowCheck(
            "missing_value",
            "NumericValue",
            Severity.WARNING,
            '"IsNumeric" and "NumericValue" is null',
            "IsNumeric says that there is a value, and NumericValue is empty",
        ),
    ),
)

MEDICATIONS = NativeFile(
    name="SRPrimaryCareMedication.csv",
    record_id=RECORD_ID,
    deleted_when=DELETED_WHEN,
    columns=(
        *row_head("an issue of a medication"),
        kept("DateEvent", "When it was prescribed", Kind.DATETIME),
        code("IDMultiLexProduct", "Product, in the MultiLex dictionary"),
        code("IDMultiLexPack", "Pack, in the MultiLex dictionary"),
        code("IDMultiLexDMD", "dm+d id of the product"),
        kept("NameOfMedication", "Name of the product", Kind.TEXT),
        kept("DateMedicationStart", "First day of the course", Kind.DATE),
        kept("DateMedicationEnd", "Last day of the course", Kind.DATE),
        free_text("MedicationDosage", "Directions, as they are printed on the label"),
        coarser(
            "MedicationQuantity",
            "Quantity in words, such as 28 tablets; only the number and a listed unit leave",
            Kind.TEXT,
        ),
        kept("IsSupervised", "True (1) where it is taken under supervision", Kind.BOOLEAN),
        kept("IsRepeatMedication", "True (1) where it is an issue of a repeat", Kind.BOOLEAN),
        kept("IsOtherMedication", "True (1) where another organisation prescribes it", Kind.BOOLEAN),
        kept("IsDentalMedication", "True (1) where a dentist prescribes it", Kind.BOOLEAN),
        kept("IsHospitalMedication", "True (1) where a hospital prescribes it", Kind.BOOLEAN),
        internal("IDRepeatTemplate", "Repeat template that it is an issue of"),
        hashed("IDEvent", "Event in which it was prescribed"),
        patient(),
    ),
    checks=(
        RowCheck(
            "missing_code",
            "IDMultiLexDMD",
            Severity.ROW,
            'coalesce("IDMultiLexDMD", "IDMultiLexProduct", "NameOfMedication") is null '
            f"and not {DELETED_WHEN}",
            "neither IDMultiLexDMD, IDMultiLexProduct nor NameOfMedication says what was prescribed",
        ),
        RowCheck(
            "ends_before_it_starts",
            "DateMedicationEnd",
            Severity.WARNING,
            '"DateMedicationEnd" < "DateMedicationStart"',
            "DateMedicationEnd is before DateMedicationStart",
        ),
    ),
)

APPOINTMENTS = NativeFile(
    name="SRAppointment.csv",
    record_id=RECORD_ID,
    deleted_when=DELETED_WHEN,
    columns=(
        *row_head("an appointment"),
        kept("DateStart", "Start of the appointment", Kind.DATETIME, required=True),
        kept("DateEnd", "End of the appointment", Kind.DATETIME),
        code("AppointmentStatus", "Status, in the supplier's words: booked, finished, did not attend ..."),
        kept("DateAppointmentBooked", "When it was booked", Kind.DATETIME),
        kept("DatePatientArrival", "When the patient arrived", Kind.DATETIME),
        kept("DatePatientSeen", "When the patient was seen", Kind.DATETIME),
        kept("FollowUpAppointment", "True (1) for a follow-up", Kind.BOOLEAN),
        kept("TelephoneAppointment", "True (1) for an appointment by telephone", Kind.BOOLEAN),
        internal("IDClinician", "Clinician"),
        dropped("RotaName", "Name of the rota, often a clinician's"),
        kept("RotaType", "Kind of rota, in the practice's words", Kind.TEXT),
        dropped("RotaLocation", "Where the rota is held"),
        kept("DateAppointmentCancelled", "When it was cancelled", Kind.DATETIME),
        internal("IDRota", "Rota"),
        patient(),
        organisation("IDOrganisation", "Practice of the appointment"),
    ),
    checks=(
        RowCheck(
            "ends_before_it_starts",
            "DateEnd",
            Severity.WARNING,
            '"DateEnd" < "DateStart"',
            "DateEnd is before DateStart",
        ),
    ),
)

FILES = (EVENTS, CODES, MEDICATIONS, APPOINTMENTS)
