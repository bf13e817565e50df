"""Splink on what the trace leaves: the residue scored, and clustered at three thresholds.

The model is a fixed file (:mod:`.model`), the rules are constants (:mod:`.rules`), so that a night's links are
a function of the records and decisions alone.
"""

from __future__ import annotations
