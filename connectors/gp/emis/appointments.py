"""EMIS Appointment_*: sessions and their slots. A slot that nobody has booked is about no person."""

from __future__ import annotations

from connectors.columns import code, day, free_text, hashed, kept
from connectors.declare import Kind, NativeFile, Severity
from connectors.gp.emis.feed import DELETED, DELETED_WHEN, NEWEST_LAST, ORGANISATION, PROCESSING_ID, patient

_MINUTES = Kind.INTEGER

SESSIONS = NativeFile(
    name="Appointment_Session.csv",
    supporting=True,
    deleted_when=DELETED_WHEN,
    order_by=NEWEST_LAST,
    columns=(
        hashed("AppointmentSessionGuid", "Session of a clinic", key=True),
        free_text("Description", "Title of the session, often a clinician's name"),
        hashed("LocationGuid", "Site of the session"),
        kept("SessionTypeDescription", "Kind of session, in the supplier's words", Kind.TEXT),
        kept("SessionCategoryDisplayName", "Category of the session", Kind.TEXT),
        day("StartDate", "First day"),
        kept("StartTime", "Start", Kind.TIME),
        day("EndDate", "Last day"),
        kept("EndTime", "End", Kind.TIME),
        kept("Private", "True where the session is private", Kind.BOOLEAN),
        ORGANISATION,
        DELETED,
        PROCESSING_ID,
    ),
)

SLOTS = NativeFile(
    name="Appointment_Slot.csv",
    record_id='"PatientGuid"',
    deleted_when=DELETED_WHEN,
    order_by=NEWEST_LAST,
    columns=(
        hashed("SlotGuid", "Slot of a session", key=True),
        day("AppointmentDate", "Day of the appointment", required=True),
        kept("AppointmentStartTime", "Start of the appointment", Kind.TIME, required=True),
        kept("PlannedDurationInMinutes", "Planned minutes", _MINUTES, on_malformed=Severity.WARNING),
        patient(required=False),
        kept("SendInTime", "When the patient was sent in", Kind.TIME, on_malformed=Severity.WARNING),
        kept("LeftTime", "When the patient left", Kind.TIME, on_malformed=Severity.WARNING),
        kept("DidNotAttend", "True where the patient did not attend", Kind.BOOLEAN),
        kept("PatientWaitInMin", "Minutes waited", _MINUTES, on_malformed=Severity.WARNING),
        kept("AppointmentDelayInMin", "Minutes of delay", _MINUTES, on_malformed=Severity.WARNING),
        kept("ActualDurationInMinutes", "Minutes that it took", _MINUTES, on_malformed=Severity.WARNING),
        ORGANISATION,
        hashed("SessionGuid", "Session that the slot belongs to"),
        code("DnaReasonCodeId", "Why the patient did not attend: a CodeId of Coding_ClinicalCode"),
        DELETED,
        PROCESSING_ID,
    ),
)

FILES = (SESSIONS, SLOTS)
