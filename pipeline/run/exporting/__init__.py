"""Landed records given away as FHIR: who may have that done, what for, what goes and where to."""

from pipeline.run.exporting.export import Exported, export_fhir
from pipeline.run.exporting.request import PURPOSES, ExportRequest

__all__ = ["PURPOSES", "ExportRequest", "Exported", "export_fhir"]
