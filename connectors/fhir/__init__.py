"""FHIR R4 UK Core as this project lands it: shapes, systems, NDJSON reader, record checks."""
