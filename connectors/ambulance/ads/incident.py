"""What the call was, and what came of it. Where it was, and who called, stays behind."""

from __future__ import annotations

from connectors.columns import code, dropped, free_text, hashed, identifier, kept
from connectors.declare import Column, Kind, Severity
from connectors.lookups import listed


def incident_columns() -> tuple[Column, ...]:
    """Keys, category, outcome, and what is never let out: caller, place, crew, notes."""
    return (*_keys(), *_what(), *_never_out())


def _keys() -> tuple[Column, ...]:
    return (
        hashed(
            "AmbulanceIncidentNumber",
            "The trust's number of the incident; the hospital repeats it",
            key=True,
            required=True,
        ),
        kept(
            "PatientSequence", "Which patient of the incident, from 1", Kind.INTEGER, key=True, required=True
        ),
        code("UpdateType", "9 inserts or replaces the row, 1 deletes it", "1", "9"),
        code("OrganisationCodeAmbulanceTrust", "ODS code of the ambulance trust"),
    )


def _what() -> tuple[Column, ...]:
    return (
        code(
            "ContactSource",
            "How the call came: 999, NHS 111, a professional, police",
            *listed("ambulance", "ContactSource"),
        ),
        code(
            "ResponseCategory",
            "C1 life-threatening to C5 advice only",
            *listed("ambulance", "ResponseCategory"),
        ),
        code(
            "IncidentOutcome",
            "Closed by telephone, at the scene, or by taking the patient somewhere",
            *listed("ambulance", "IncidentOutcome"),
            required=True,
            on_unknown=Severity.ROW,
        ),
        code(
            "IncidentLocationType", "What kind of place it was", *listed("ambulance", "IncidentLocationType")
        ),
        code("ChiefComplaint_SNOMED_CT", "Chief complaint, SNOMED CT"),
        code("DestinationSiteCode", "ODS code of the site that the patient was taken to"),
    )


def _never_out() -> tuple[Column, ...]:
    return (
        dropped("IncidentPostcode", "Where the incident was: with the hour, where somebody was"),
        identifier("CallerTelephoneNumber", "Number of whoever called; often not the patient"),
        dropped("TriageCode", "Code of the triage system, of a licensed list"),
        dropped("ResourceCallsign", "Call sign of the vehicle: who the crew were"),
        free_text("CallNotes", "What the call taker typed"),
        free_text("CrewNotes", "What the crew typed"),
    )
