"""The effective register of handling: one table, column by column, of everything that is received and kept.

Made of the declarations, the words of the FHIR elements, the allow-list and the legal bases of
``connectors/``, and of the mappings' own SQL. Nothing here is written by hand.
"""

from pipeline.handling.register import COLUMNS, Entry, effective_register

__all__ = ["COLUMNS", "Entry", "effective_register"]
