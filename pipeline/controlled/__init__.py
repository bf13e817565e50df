"""Disclosure control of tables of a person-level product: those that their model or the site marks.

What a marked table must say of itself stands in :mod:`~pipeline.controlled.words`; the published version
holds only what the rule and the attack of :mod:`pipeline.disclosure` leave of it.
"""

from pipeline.controlled.proof import findings
from pipeline.controlled.show import control
from pipeline.controlled.words import Marked, marked_tables

__all__ = ["Marked", "control", "findings", "marked_tables"]
