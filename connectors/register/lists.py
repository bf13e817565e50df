"""Domains that are closed lists: what a kept code may be, where a national or FHIR list says all that it
can be.

A code field is a place where a person can type a name. Sources: NHS Data Model and Dictionary, HL7 FHIR R4
(required bindings, v3 ActCode, condition and appointment value sets), HL7 UK Core; social care words: the
Client Level Data specification (``connectors/social_care/words.csv``); ambulance words:
``connectors/ambulance/words.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from connectors import codes
from connectors.fhir.requirements import VALUE_SETS
from connectors.lookups import listed as listed_of
from connectors.social_care.cld.words import listed

_ESCAPED = re.compile(r"[.+*?()\[\]{}^$|\\]")
# A national code without a list here: digits, a letter with digits, or one letter. No word has this shape.
_SHORT = r"[0-9]{1,3}|[0-9]?[A-Z][0-9]{1,3}[A-Z]?|[0-9]?[A-Z]"
# Of a SNOMED CT identifier the two digits before the last say what it names: 00 and 10 are concepts (SNOMED
# International, SCTID). Of numbers of people two in a hundred look like one.
_SNOMED = r"[1-9][0-9]{2,14}[01]0[0-9]"

_WORDS: Mapping[str, Iterable[str]] = {
    "gender": VALUE_SETS["Patient"]["gender"],
    "ethnic_category": codes.ETHNIC_CATEGORY_2001,
    "status": frozenset().union(*(sets.get("status", frozenset()) for sets in VALUE_SETS.values())),
    "intent": frozenset().union(*(sets.get("intent", frozenset()) for sets in VALUE_SETS.values())),
    "request_priority": VALUE_SETS["ServiceRequest"]["priority"],
    "clinical_status": ("active", "recurrence", "relapse", "inactive", "remission", "resolved"),
    "address_use": ("home", "work", "temp", "old", "billing"),
    "encounter_class": "IMP AMB EMER HH VR FLD ACUTE NONAC OBSENC PRENC SS".split(),
    "precision": ("year", "month", "day", "time"),
    "code_system": ("snomed", "icd10", "opcs4", "dmd"),
    "activity_type": (
        "gp_consultation gp_administration gp_appointment emergency_attendance inpatient_spell "
        "outpatient_attendance community_contact mental_health_contact mental_health_spell "
        "social_care_request social_care_assessment social_care_service social_care_review "
        "hospital_episode ward_stay ambulance_incident"
    ).split(),
    "episode_type": ("gp_registration", "referral_spell", "social_care_service"),
    "registration_type": ("regular", "temporary", "private", "emergency", "other"),
    "condition_category": ("problem-list-item", "encounter-diagnosis", "social-care-flag"),
    "observation_category": (
        "social-history vital-signs imaging laboratory procedure survey exam therapy activity"
    ).split(),
    "course_of_therapy": "continuous acute seasonal repeat repeat-dispensing delayed-prescribing".split(),
    "admission_method": codes.ADMISSION_METHOD,
    "source_of_admission": codes.SOURCE_OF_ADMISSION,
    "discharge_method": codes.DISCHARGE_METHOD,
    "patient_classification": codes.PATIENT_CLASSIFICATION,
    "administrative_category": codes.ADMINISTRATIVE_CATEGORY,
    "last_episode": ("1", "2", "9"),
    "attended": codes.ATTENDED,
    "first_attendance": codes.FIRST_ATTENDANCE,
    "outcome_of_attendance": codes.OUTCOME_OF_ATTENDANCE,
    "consultation_mechanism": codes.CONSULTATION_MECHANISM,
    "delay_attribution": codes.DELAY_ATTRIBUTION,
    "department_type": ("01", "02", "03", "04", "05"),
    "attendance_category": ("1", "2", "3", "4"),
    "client_type": listed("Client Type"),
    "primary_support_reason": listed("Primary Support Reason"),
    "accommodation_status": listed("Accommodation Status"),
    "event_outcome": tuple(word.replace("–", "-") for word in listed("Event Outcome")),
    "service_type": listed("Service Type"),
    "service_component": listed("Service Component"),
    "delivery_mechanism": listed("Delivery Mechanism"),
    "funding_status": listed("Client Funding Status"),
    "cost_frequency": listed("Cost Frequency (Unit Type)"),
    "route_of_access": listed("Request: Route of Access"),
    "assessment_type": listed("Assessment Type"),
    "response_category": listed_of("ambulance", "ResponseCategory"),
    "incident_outcome": listed_of("ambulance", "IncidentOutcome"),
    "contact_source": listed_of("ambulance", "ContactSource"),
    "incident_location_type": listed_of("ambulance", "IncidentLocationType"),
}


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted(_ESCAPED.sub(r"\\\g<0>", word) for word in words))


LISTS: Mapping[str, str] = {
    **{name: f"^({_one_of(words)})$" for name, words in _WORDS.items()},
    "short_code": f"^({_SHORT})$",
    "snomed": f"^{_SNOMED}$",
    "clinical_code": rf"^({_SNOMED}|[A-Z][0-9]{{2}}(\.?[0-9A-Z]{{1,3}})?)$",
    # Practices, sites and most others: a letter, and a digit after it; commissioners and councils by
    # digits first; trusts that are all letters begin with R or T (Organisation Data Service).
    "ods": r"^([A-Z][A-Z0-9]{0,4}[0-9][A-Z0-9]{0,6}|[0-9]{3}|[0-9]{2}[A-Z]|[0-9][A-Z][A-Z0-9]|[RT][A-Z]{2})$",
    "specialty": r"^[0-9]{2}[0-9A-Z]$",
    "hrg": r"^[A-Z]{2}[0-9]{2}[A-Z]$",
    "discharge_destination": f"^({_SNOMED}|{_one_of(codes.DISCHARGE_DESTINATION)})$",
    # HL7 appointment-cancellation-reason, or the national code.
    "cancellation_reason": rf"^({_SHORT}|(pat|prov|maint|meds-inc|other)(-[a-z]{{2,8}}){{0,2}})$",
}
"""Patterns by the name of the domain."""
