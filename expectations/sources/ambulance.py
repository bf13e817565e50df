"""Emergency ambulances: incidents (Ambulance Data Set).

Who called could often not be asked, so NHS numbers are held to no national standard, only to their
collapse: of ambulance records in South Yorkshire one in seven had one with a birth date (CUREd, Medical
Decision Making 2022;42(8):999-1009). Birth dates are missing for the same reason.
"""

from __future__ import annotations

from connectors.lookups import listed
from expectations.results import CRITICAL, WARNING
from expectations.rules import Rule, Suite, each_row
from expectations.sources import every, numbers
from expectations.sources.codes import not_in
from expectations.thresholds import CODE_COLLAPSE, NUMBER_COLLAPSE_AMBULANCE, NUMBER_TREND

_INCIDENT = "activity_type = 'ambulance_incident'"
_CONVEYED = f"{_INCIDENT} and incident_outcome like 'See and convey%'"
_NO_OUTCOME = (
    f"incident_outcome is null or {not_in('incident_outcome', listed('ambulance', 'IncidentOutcome'))}"
)
_CATEGORIES = listed("ambulance", "ResponseCategory")
_HALF_A_DAY = 12 * 60 * 60


def _incident(rule_id: str, meaning: str, failed: str, checked: str = _INCIDENT) -> Rule:
    return each_row(rule_id, WARNING, meaning, table="encounter", checked=checked, failed=failed)


INCIDENTS = (
    _incident("incident_outcome_known", "an incident says what came of it", _NO_OUTCOME),
    each_row(
        "incident_outcome_known_collapse",
        CRITICAL,
        "incidents say what came of them: costs and the search for attendances rest on it",
        table="encounter",
        checked=_INCIDENT,
        failed=_NO_OUTCOME,
        limit=CODE_COLLAPSE,
    ),
    _incident(
        "response_category_known",
        "an incident has a response category, C1 to C5",
        f"response_category is null or {not_in('response_category', _CATEGORIES)}",
    ),
    _incident(
        "incident_ends_after_start",
        "an incident is not closed before the call, nor the hospital reached before it",
        "start_at is null or end_at < start_at or arrived_at_hospital_at < start_at",
    ),
    _incident(
        "response_time_plausible",
        "the first vehicle is at the scene within half a day",
        f"response_seconds > {_HALF_A_DAY}",
        f"{_INCIDENT} and response_seconds is not null",
    ),
    _incident(
        "conveyed_has_an_incident_number",
        "a patient who was conveyed has the number that the hospital repeats",
        "incident_number is null",
        _CONVEYED,
    ),
)

SUITE = Suite(
    word="arrived.ambulance",
    rules=(
        *every.rules(people=every.PEOPLE_NOT_ALWAYS_ASKED),
        *numbers.of_people(NUMBER_TREND, NUMBER_COLLAPSE_AMBULANCE),
        *INCIDENTS,
    ),
)
