"""Whom a row is about.

A dispatch system numbers incidents, not people: each patient of each incident is a record of its own, and
linking alone says which of them are one person.
"""

from __future__ import annotations

from connectors.codes import ETHNIC_CATEGORY_2001, NHS_NUMBER_STATUS, SEX
from connectors.columns import coarser, code, dropped, identifier
from connectors.declare import Column, Kind, Severity

PATIENT_OF_INCIDENT = '"AmbulanceIncidentNumber" || \'-\' || "PatientSequence"'
"""SQL of the record: the trust's number of the incident, and which of its patients."""


def patient_columns() -> tuple[Column, ...]:
    """Identity as the crew or the call taker got it: often part of it, by telephone often none."""
    return (
        identifier("NHSNumber", "NHS number, where the crew or the control room traced it"),
        code("NHSNumberStatusIndicator", "NHS NUMBER STATUS INDICATOR CODE", *NHS_NUMBER_STATUS),
        code(
            "WithheldIdentityReason",
            "Why identity is withheld by law or request; any value restricts the row",
        ),
        identifier("PersonGivenName", "Given name"),
        identifier("PersonFamilyName", "Family name"),
        coarser("DateOfBirth", "Date of birth", Kind.DATE, on_malformed=Severity.WARNING),
        dropped("AgeAtCall", "Age in years as the caller gave it, often a guess", Kind.INTEGER,
                on_malformed=Severity.WARNING),
        code("Sex", "PERSON GENDER CODE CURRENT: 1 male, 2 female, 0 not known, 9 not specified", *SEX),
        code("EthnicCategory", "Ethnic category 2001", *ETHNIC_CATEGORY_2001),
        coarser("Postcode", "Postcode of usual address", Kind.TEXT),
        code("PracticeCodeOfRegisteredGP", "ODS code of the registered general practice"),
    )  # fmt: skip
