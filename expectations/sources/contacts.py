"""Rules that community and mental health share: referrals and the contacts under them."""

from __future__ import annotations

from expectations.results import WARNING
from expectations.rules import each_row
from expectations.sources.codes import CONTACT_ATTENDANCE, not_in

RULES = (
    each_row(
        "contact_has_referral",
        WARNING,
        "a contact names a referral that arrived from the same provider",
        table="contact",
        failed="not has_referral",
    ),
    each_row(
        "contact_inside_referral",
        WARNING,
        "a contact is not before its referral was received nor after it was closed",
        table="contact",
        checked="has_referral",
        failed="start_on < received_on or start_on > closed_on",
    ),
    each_row(
        "referral_closed_after_received",
        WARNING,
        "a referral has a date of receipt, and is not closed before it",
        table="referral",
        failed="received_on is null or closed_on < received_on",
    ),
    each_row(
        "attendance_known",
        WARNING,
        "ATTENDANCE STATUS of a contact is one of the national codes (2 to 7)",
        table="appointment",
        failed=f"attended_code is null or {not_in('attended_code', CONTACT_ATTENDANCE)}",
    ),
)
