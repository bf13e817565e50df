"""Landed records written out as FHIR NDJSON, in the layout in which extracts arrive.

It works on places: folders laid out as the FHIR zone is. What may be in one is not decided here.
"""

from pipeline.landing.export.make import Made, export_changes, export_tables
from pipeline.landing.export.records import Chosen
from pipeline.landing.export.tables import linked_tables
from pipeline.landing.export.write import Form

__all__ = ["Chosen", "Form", "Made", "export_changes", "export_tables", "linked_tables"]
