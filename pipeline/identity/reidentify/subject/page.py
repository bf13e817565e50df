"""The report as a page that a person can read and print, and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent
_WORDS = {
    "registered": "number and birth date are those of your registration",
    "cross_check": "NHS number agreed, and birth date or name",
    "alphanumeric": "everything given agreed with you and with nobody else",
    "algorithmic": "name, birth date and address agreed best with you",
    "probabilistic": "by the weight of what agreed",
    "decided": "somebody looked at it and decided",
    "number_founded": "it has your NHS number",
}


_ACTS = {
    "reidentify_given": "was given your NHS number",
    "subject_report": "wrote this report for you",
    "consent_withdrawn": "wrote down that you withdrew consent",
    "person_deleted": "deleted what was held about you",
}
_DECISIONS = {
    "consent_withdrawn": "you withdrew your consent",
    "consent_given": "you gave your consent again",
    "deleted": "what was held about you was to be deleted",
}
_KINDS = {
    "AllergyIntolerance": "allergies", "Appointment": "appointments", "CarePlan": "care plans",
    "Condition": "conditions", "Encounter": "contacts and stays",
    "EpisodeOfCare": "registrations, care episodes",
    "Immunization": "immunisations", "MedicationRequest": "prescriptions",
    "Observation": "observations and other coded entries", "Patient": "who you are",
    "Procedure": "procedures", "ServiceRequest": "referrals and requests",
}  # fmt: skip
_SETTINGS = {"gp": "GP practice", "acute": "hospital"}


def as_json(told: dict[str, Any]) -> str:
    """The report for machines."""
    return json.dumps(told, indent=2, ensure_ascii=False, default=str) + "\n"


def as_html(told: dict[str, Any]) -> str:
    """The report as one page without anything from outside; every value escaped."""
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
    environment.filters["moment"] = lambda text: str(text)[:16].replace("T", " ")
    return environment.get_template("page.html").render(
        told=told, words=_WORDS, acts=_ACTS, decisions=_DECISIONS, kinds=_KINDS, settings=_SETTINGS
    )
