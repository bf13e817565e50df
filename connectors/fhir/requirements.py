"""What FHIR R4 and UK Core require of each resource type that is landed, as data.

Sources: HL7 FHIR R4 (4.0.1) resource definitions (cardinality, required bindings, ``date``, ``dateTime`` and
``instant``) and the HL7 UK Core R4 profiles. Only elements that the declared shapes hold are named.
"""

from __future__ import annotations

from collections.abc import Mapping

_REQUEST_STATUS = frozenset("draft active on-hold revoked completed entered-in-error unknown".split())
_REQUEST_INTENT = frozenset(
    "proposal plan directive order original-order reflex-order filler-order instance-order option".split()
)

# Where a resource says whom it is about; types that are not here are about no person.
PERSON: Mapping[str, str] = {
    "Patient": "id",
    "EpisodeOfCare": "patient",
    "Encounter": "subject",
    "Condition": "subject",
    "Observation": "subject",
    "Procedure": "subject",
    "MedicationRequest": "subject",
    "ServiceRequest": "subject",
    "Appointment": "participant",
    "CarePlan": "subject",
    "Immunization": "patient",
    "AllergyIntolerance": "patient",
    "Flag": "subject",
    "Consent": "patient",
}

# Without one of these a record is of no use to anyone.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "EpisodeOfCare": ("status",),
    "Encounter": ("status", "class"),
    "Observation": ("status", "code"),
    "Procedure": ("status",),
    "MedicationRequest": ("status", "intent"),
    "ServiceRequest": ("status", "intent"),
    "Appointment": ("status", "participant"),
    "CarePlan": ("status", "intent"),
    "Immunization": ("status",),
    "AllergyIntolerance": ("code",),
    "Flag": ("status", "code"),
    "Consent": ("status", "scope", "category"),
}

# R4 or UK Core ask for these, or for another form of them that is not landed: counted, not refused.
EXPECTED: Mapping[str, tuple[str, ...]] = {
    "Patient": ("name", "gender", "birthDate"),
    "EpisodeOfCare": ("period",),
    "Encounter": ("period",),
    "Condition": ("code", "clinicalStatus"),
    "Observation": ("effectiveDateTime",),
    "Procedure": ("code", "performedDateTime"),
    "MedicationRequest": ("medicationCodeableConcept", "authoredOn"),
    "ServiceRequest": ("authoredOn",),
    "Appointment": ("start",),
    "Immunization": ("vaccineCode", "occurrenceDateTime"),
    "Organization": ("identifier",),
}

# Required bindings: a code outside the set means that we cannot know what the record says.
VALUE_SETS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "Patient": {"gender": frozenset({"male", "female", "other", "unknown"})},
    "EpisodeOfCare": {
        "status": frozenset("planned waitlist active onhold finished cancelled entered-in-error".split())
    },
    "Encounter": {
        "status": frozenset(
            "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown".split()
        )
    },
    "Observation": {
        "status": frozenset(
            "registered preliminary final amended corrected cancelled entered-in-error unknown".split()
        )
    },
    "Procedure": {
        "status": frozenset(
            "preparation in-progress not-done on-hold stopped completed entered-in-error unknown".split()
        )
    },
    "MedicationRequest": {
        "status": frozenset(
            "active on-hold cancelled completed entered-in-error stopped draft unknown".split()
        ),
        "intent": _REQUEST_INTENT - {"directive"},
    },
    "ServiceRequest": {
        "status": _REQUEST_STATUS,
        "intent": _REQUEST_INTENT,
        "priority": frozenset({"routine", "urgent", "asap", "stat"}),
    },
    "Appointment": {
        "status": frozenset(
            (
                "proposed pending booked arrived fulfilled cancelled noshow entered-in-error "
                "checked-in waitlist"
            ).split()
        )
    },
    "CarePlan": {"status": _REQUEST_STATUS, "intent": frozenset({"proposal", "plan", "order", "option"})},
    "Location": {"status": frozenset({"active", "suspended", "inactive"})},
    "Immunization": {"status": frozenset({"completed", "entered-in-error", "not-done"})},
    "Flag": {"status": frozenset({"active", "inactive", "entered-in-error"})},
    "Consent": {
        "status": frozenset("draft proposed active rejected inactive entered-in-error".split()),
        "provision.type": frozenset({"deny", "permit"}),
    },
}

# Every dated element, by JSON path; FHIR lets all but instants be partial.
DATES: Mapping[str, tuple[str, ...]] = {
    "Patient": ("birthDate", "deceasedDateTime"),
    "EpisodeOfCare": ("period.start", "period.end"),
    "Encounter": ("period.start", "period.end"),
    "Condition": ("onsetDateTime", "abatementDateTime", "recordedDate"),
    "Observation": ("effectiveDateTime", "issued"),
    "Procedure": ("performedDateTime",),
    "MedicationRequest": (
        "authoredOn",
        "dispenseRequest.validityPeriod.start",
        "dispenseRequest.validityPeriod.end",
    ),
    "ServiceRequest": ("authoredOn", "occurrencePeriod.start", "occurrencePeriod.end"),
    "Appointment": ("start", "end", "created"),
    "CarePlan": ("period.start", "period.end", "created"),
    "Immunization": ("occurrenceDateTime", "recorded"),
    "AllergyIntolerance": ("onsetDateTime", "recordedDate"),
    "Flag": ("period.start", "period.end"),
    "Consent": ("dateTime", "provision.period.start", "provision.period.end"),
}

# Periods whose end may not come before their start.
PERIODS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "EpisodeOfCare": (("period.start", "period.end"),),
    "Encounter": (("period.start", "period.end"),),
    "Appointment": (("start", "end"),),
    "CarePlan": (("period.start", "period.end"),),
    "ServiceRequest": (("occurrencePeriod.start", "occurrencePeriod.end"),),
    "Flag": (("period.start", "period.end"),),
    "Consent": (("provision.period.start", "provision.period.end"),),
}
