"""Columns that many files of the EMIS bulk extract share, and how it marks and orders its rows."""

from __future__ import annotations

from connectors.columns import code, dropped, hashed, identifier, kept
from connectors.declare import Column, Kind, Severity

DELETED_WHEN = 'coalesce("Deleted", false)'
# ProcessingId counts the rows of a supplier's run; the greatest of one extract is the newest.
NEWEST_LAST = 'coalesce("ProcessingId", 0)'
PRECISIONS = ("YMDT", "YMD", "YM", "Y", "U")

PROCESSING_ID = dropped(
    "ProcessingId", "Order of the row in the supplier's run", Kind.INTEGER, on_malformed=Severity.WARNING
)
DELETED = kept("Deleted", "True where the row has been deleted at the practice: a tombstone", Kind.BOOLEAN)
CONFIDENTIAL = kept("IsConfidential", "True where the entry is marked confidential", Kind.BOOLEAN)
ORGANISATION = hashed("OrganisationGuid", "Practice that holds the row")


def patient(*, required: bool = True) -> Column:
    """The patient that a row is about: the record id of this feed."""
    return identifier("PatientGuid", "Patient that the row is about", Kind.CODE, required=required)


def day_and_precision(name: str, meaning: str) -> tuple[Column, Column]:
    """A date and, beside it, how exactly it is known."""
    return (
        kept(name, meaning, Kind.DATE),
        code(
            f"{name}Precision", f"How exactly {name} is known: YMDT, YMD, YM, Y or U (unknown)", *PRECISIONS
        ),
    )


def staff(name: str, meaning: str) -> Column:
    """A member of staff in a role: no product needs who it was."""
    return dropped(name, meaning, Kind.CODE)
