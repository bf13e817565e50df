"""Facts of a product: grain, dates, words of the contract."""

from __future__ import annotations

from expectations.results import CRITICAL, WARNING
from expectations.rules import Suite, distinct, each_row

SETTINGS = ("primary_care", "acute", "community", "mental_health", "social_care")
ACTIVITY_TYPES = (
    "gp_consultation",
    "gp_appointment",
    "emergency_attendance",
    "inpatient_spell",
    "outpatient_attendance",
    "community_contact",
    "mental_health_contact",
    "mental_health_spell",
    "social_care_request",
    "social_care_assessment",
    "social_care_service",
    "social_care_review",
)


def _outside(column: str, words: tuple[str, ...]) -> str:
    return f"({column} is null or {column} not in (" + ", ".join(f"'{word}'" for word in words) + "))"


SUITE = Suite(
    word="published.activity",
    rules=(
        distinct(
            "activity_once", CRITICAL, "an activity has one row", table="core.activity", key="activity_key"
        ),
        distinct(
            "spell_once",
            CRITICAL,
            "a hospital spell has one row",
            table="core.hospital_spell",
            key="spell_key",
        ),
        each_row(
            "activity_words_known",
            CRITICAL,
            "setting and activity_type are words of the contract",
            table="core.activity",
            failed=f"{_outside('setting', SETTINGS)} or {_outside('activity_type', ACTIVITY_TYPES)}",
            place="sender",
        ),
        each_row(
            "activity_not_in_future",
            CRITICAL,
            "no activity starts after the run's date",
            table="core.activity",
            failed="start_at::date > getvariable('as_of')",
            place="sender",
        ),
        each_row(
            "activity_dated",
            WARNING,
            "an activity has a start, and does not end before it",
            table="core.activity",
            failed="start_at is null or end_at < start_at",
            place="sender",
        ),
        each_row(
            "cost_has_a_source",
            CRITICAL,
            "a cost is not negative and says where it comes from; an unknown cost is null, not zero",
            table="core.activity",
            checked="cost_gbp is not null",
            failed="cost_gbp < 0 or cost_source is null or cost_source = 'none'",
            place="sender",
        ),
        each_row(
            "spell_dates_in_order",
            WARNING,
            "a hospital spell is not discharged before it is admitted",
            table="core.hospital_spell",
            failed="discharged_on < admitted_on",
            place="provider_code",
        ),
    ),
)
