"""WHERE data comes from: one declaration a source, its readers, and its mapping to FHIR R4 UK Core shape.

Nothing in here knows of persons, products or the warehouse, and nothing imports ``pipeline``.
"""
