"""Community health services: referrals, contacts and care activities, as submitted to CSDS."""

from __future__ import annotations

from connectors.community.csds import FORMAT
from connectors.declare import Source

SOURCE = Source(word="community", title="Community health services", formats=(FORMAT,))
