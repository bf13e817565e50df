"""The columns by which every SUS file says whom a row is about."""

from __future__ import annotations

from connectors.codes import ETHNIC_CATEGORY_2001, NHS_NUMBER_STATUS, SEX
from connectors.columns import coarser, code, hashed, identifier
from connectors.declare import Column, Kind, RowCheck, Severity

UPDATE_TYPE = code("UpdateType", "9 inserts or replaces the row, 1 deletes it", "1", "9")
DELETED = "\"UpdateType\" = '1'"


def record_id(file: str, key: str) -> str:
    """SQL of the patient's id within the trust; a row without one is a patient of its own."""
    return f'coalesce("LocalPatientIdentifier", \'row-{file}-\' || "{key}")'


def person_columns() -> tuple[Column, ...]:
    """Identity columns, in the senders' order. Names come only where the NHS number is not verified."""
    return (
        identifier(
            "LocalPatientIdentifier", "The trust's own patient number; blank where identity is withheld"
        ),
        identifier("NHSNumber", "NHS number as the trust holds it"),
        code("NHSNumberStatusIndicator", "NHS NUMBER STATUS INDICATOR CODE", *NHS_NUMBER_STATUS),
        code(
            "WithheldIdentityReason",
            "Why identity is withheld by law or request; any value restricts the row",
        ),
        identifier("PersonGivenName", "Given name"),
        identifier("PersonFamilyName", "Family name"),
        coarser("DateOfBirth", "Date of birth", Kind.DATE),
        code("Sex", "PERSON GENDER CODE CURRENT: 1 male, 2 female, 0 not known, 9 not specified", *SEX),
        code("EthnicCategory", "Ethnic category 2001", *ETHNIC_CATEGORY_2001),
        coarser("Postcode", "Postcode of usual address", Kind.TEXT),
        code("PracticeCodeOfRegisteredGP", "ODS code of the registered general practice"),
    )


def provider_columns(with_cds_type: bool) -> tuple[Column, ...]:
    """Record management and provider columns, in the senders' order."""
    cds_type = (code("CDSType", "CDS TYPE CODE: which commissioning data set the row is of"),)
    return (
        UPDATE_TYPE,
        *(cds_type if with_cds_type else ()),
        code("OrganisationCodeCodeOfProvider", "ODS code of the provider"),
        code("SiteCodeOfTreatment", "ODS code of the site of treatment"),
    )


def ambulance_incident() -> Column:
    """The number that an ambulance trust knows the journey by."""
    return hashed("AmbulanceIncidentNumber", "The ambulance trust's number of the incident")


def born_after(event: str) -> RowCheck:
    """An event cannot precede the birth of the person it is about."""
    return RowCheck(
        rule_id="event_before_birth",
        column="DateOfBirth",
        severity=Severity.WARNING,
        predicate=f'"DateOfBirth" > "{event}"',
        meaning=f"Date of birth is after {event}",
    )
