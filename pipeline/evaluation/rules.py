"""How an evaluation is done, and what it measures: every number that somebody may want to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Outcome -> what it counts, in words; the amounts are summed and divided by years of registered people.
OUTCOMES: Mapping[str, str] = {
    "emergency_admissions": "Emergency admissions",
    "emergency_attendances": "Emergency department attendances, unplanned and first",
    "bed_days": "Nights in hospital, ordinary stays",
    "gp_contacts": "Consultations in general practice",
    "cost_gbp": "Cost of all activity, GBP",
}
EVENTS = ("emergency_admissions", "emergency_attendances", "gp_contacts")  # counts of single events

# What is summed over the stretch before, and over its last 90 days.
COUNTED = (
    "emergency_admission", "other_admission", "emergency_attendance", "outpatient_attendance", "gp_contact",
    "cost",
)  # fmt: skip
CONDITIONS = (
    "diabetes", "copd", "chd", "heart_failure", "stroke", "atrial_fibrillation", "ckd", "dementia",
    "depression", "serious_mental_illness", "cancer", "palliative", "frailty_moderate", "frailty_severe",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRules:
    """``days`` before and after; ``ratio`` people to compare with for each; ``caliper`` in standard
    deviations of the logit (Austin, Pharmaceutical Statistics 2011;10:150-61).

    Of those who are alike on segment and admissions ``per_person`` are drawn for each person, at most
    ``most`` together, and the ``nearest`` are looked at. Fewer matched people than ``least_people`` are not
    spoken of. ``seed`` and ``replicates`` are of the bootstrap.
    """

    days: int = 365
    ratio: int = 1
    caliper: float = 0.2
    per_person: int = 200
    most: int = 20_000
    nearest: int = 100
    least_people: int = 20
    seed: int = 1
    replicates: int = 2000
