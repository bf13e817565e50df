"""CLD columns on the submission and the person."""

from __future__ import annotations

from connectors.columns import coarser, code, day, dropped, identifier
from connectors.declare import Column, Kind, Severity
from connectors.social_care.cld.words import listed


def person_columns() -> tuple[Column, ...]:
    """Submission, identity and personal circumstances, in the specification's order."""
    return (*_submission_and_identity(), *_circumstances())


def _submission_and_identity() -> tuple[Column, ...]:
    return (
        code("LA Code", "Code of the council", key=True, required=True),
        dropped("LA Name", "Name of the council"),
        day("Reporting Period Start Date", "First day that the submission covers"),
        day("Reporting Period End Date", "Last day that the submission covers"),
        identifier("NHS Number", "NHS number as the council holds it"),
        identifier("LA Person Unique Identifier", "The council's own person number", key=True, required=True),
        identifier("First Name", "Given name"),
        identifier("Last Name", "Family name"),
        dropped("GP Practice Name", "Name of the practice"),
        code("GP Practice Code", "ODS code of the registered general practice"),
        code("Gender", "Male, Female, Other, Unknown"),
        code("Ethnicity", "Ethnic group, in words or as the letter of the 2001 list"),
        coarser("Date of Birth", "Date of birth", Kind.DATE, on_malformed=Severity.WARNING),
        day("Date of Death", "Date of death", on_malformed=Severity.WARNING),
    )


def _circumstances() -> tuple[Column, ...]:
    return (
        code(
            "Client Type",
            "Service User, Carer, Carer known by association",
            *listed("Client Type"),
            key=True,
            required=True,
            on_unknown=Severity.ROW,
        ),
        code(
            "Primary Support Reason",
            "Why support is needed",
            *listed("Primary Support Reason"),
            on_unknown=Severity.ROW,
        ),
        coarser("Postcode", "Postcode of usual address", Kind.TEXT),
        code("Accommodation Status", "Where the person lives", *listed("Accommodation Status")),
        dropped("Employment Status", "Employment"),
        dropped("Has Unpaid Carer", "Whether somebody cares for the person unpaid"),
        code("Autism Spectrum Disorder (ASD)", "Whether the person has autism"),
        code("Visual Impairment", "Whether the person has a visual impairment"),
        code("Hearing Impairment", "Whether the person has a hearing impairment"),
        code("Dementia", "Whether the person has dementia"),
        code("Client Funding Status", "Who pays", *listed("Client Funding Status")),
    )
