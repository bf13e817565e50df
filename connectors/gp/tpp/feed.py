"""Columns that every file of the TPP strategic reporting extract begins with, and its tombstone."""

from __future__ import annotations

from connectors.columns import dropped, hashed, identifier, kept
from connectors.declare import Column, Kind

DELETED_WHEN = 'coalesce("RemovedData", false)'
RECORD_ID = '"IDPatient"'


def row_head(meaning: str) -> tuple[Column, ...]:
    """RowIdentifier and the two columns that every SR file has; ``meaning`` says what a row is."""
    return (
        hashed("RowIdentifier", f"Row of the supplier's table: {meaning}", key=True),
        dropped("IDOrganisationVisibleTo", "Organisation that the row is visible to", Kind.CODE),
        kept("RemovedData", "True (1) where the row has been removed: a tombstone", Kind.BOOLEAN),
    )


def patient() -> Column:
    """The patient that a row is about: RowIdentifier of SRPatient, the record id of this feed."""
    return identifier("IDPatient", "Patient that the row is about", Kind.CODE, required=True)


def organisation(name: str, meaning: str) -> Column:
    """An organisation, as an ODS code or as RowIdentifier of SROrganisation."""
    return kept(name, f"{meaning}: ODS code, or row of SROrganisation", Kind.CODE)


def internal(name: str, meaning: str) -> Column:
    """A key into a table that is not part of the extract."""
    return dropped(name, meaning, Kind.CODE)
