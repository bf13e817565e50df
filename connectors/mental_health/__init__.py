"""Mental health services: referrals, contacts, hospital spells and diagnoses, as submitted to MHSDS."""

from __future__ import annotations

from connectors.declare import Source
from connectors.mental_health.mhsds import FORMAT

SOURCE = Source(word="mental_health", title="Mental health services", formats=(FORMAT,))
