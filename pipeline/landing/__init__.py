"""Landing: receive, check, type, quarantine; then the current rows and their FHIR tables."""
