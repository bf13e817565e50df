"""Numbers of the GP codes, in the order of the dictionary that the senders ship."""

from __future__ import annotations

from synthetic.rates import primary_care as rates
from synthetic.rates.conditions import CONDITIONS

CODE_KEYS = (
    *rates.CODES,
    *(f"condition:{c.id}" for c in CONDITIONS),
    *(f"ethnicity:{letter}" for letter in rates.ETHNICITY_CODES),
)
CODE = {key: number for number, key in enumerate(CODE_KEYS)}
"""Number of every GP code in the order of the dictionary that the senders ship."""
