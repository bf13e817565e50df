"""One suite a source on what arrived; the word in the ledger is ``arrived.<source>``."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.rules import Suite
from expectations.sources import acute, ambulance, community, gp, mental_health, social_care

SUITES: Mapping[str, Suite] = {
    "gp": gp.SUITE,
    "acute": acute.SUITE,
    "community": community.SUITE,
    "mental_health": mental_health.SUITE,
    "social_care": social_care.SUITE,
    "ambulance": ambulance.SUITE,
}
