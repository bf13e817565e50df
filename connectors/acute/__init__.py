"""Acute hospitals: admitted patient care, outpatients and emergency care, as submitted to SUS."""

from __future__ import annotations

from connectors.acute.sus import FORMAT
from connectors.declare import Source

SOURCE = Source(word="acute", title="Acute hospitals", formats=(FORMAT,))
