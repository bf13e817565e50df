"""Landed records as FHIR NDJSON: the line of each, and what an export says beside the record.

What leaves here comes back as it was: :mod:`connectors.fhir.out.marks` is written by the export and taken off
again by landing.
"""

from connectors.fhir.out.line import lines_sql
from connectors.fhir.out.marks import EXPORTED, is_exported, restored

__all__ = ["EXPORTED", "is_exported", "lines_sql", "restored"]
