"""The declared shape of every FHIR resource that is landed: element -> DuckDB type.

One table a resource type, nested as FHIR R4 nests it, so that a row read back as JSON is the
resource again. Dates stay text because FHIR dates may be partial (``2024``, ``2024-03``).
Every row also carries the lineage columns of :data:`LINEAGE`.
"""

from __future__ import annotations

from collections.abc import Mapping


def struct(**fields: str) -> str:
    """DuckDB STRUCT type of the given fields; names are quoted, as ``end`` is a keyword."""
    return "STRUCT(" + ", ".join(f'"{name}" {kind}' for name, kind in fields.items()) + ")"


TEXT = "VARCHAR"
TEXTS = "VARCHAR[]"
PERIOD = struct(start=TEXT, end=TEXT)
CODING = struct(system=TEXT, code=TEXT, display=TEXT)
CONCEPT = struct(coding=CODING + "[]", text=TEXT)
QUANTITY = struct(value="DOUBLE", comparator=TEXT, unit=TEXT, system=TEXT, code=TEXT)
LOGICAL = struct(system=TEXT, value=TEXT)
REFERENCE = struct(reference=TEXT, type=TEXT, identifier=LOGICAL, display=TEXT)
EXTENSION = struct(
    url=TEXT,
    valueString=TEXT,
    valueCode=TEXT,
    valueBoolean="BOOLEAN",
    valueInteger="BIGINT",
    valueDecimal="DOUBLE",
    valueDate=TEXT,
    valueDateTime=TEXT,
    valueCodeableConcept=CONCEPT,
    valuePeriod=PERIOD,
)
EXTENSIONS = EXTENSION + "[]"
IDENTIFIERS = struct(extension=EXTENSIONS, use=TEXT, system=TEXT, value=TEXT) + "[]"
META = struct(
    versionId=TEXT, lastUpdated=TEXT, source=TEXT, profile=TEXTS, security=CODING + "[]", tag=CODING + "[]"
)
NAMES = struct(use=TEXT, family=TEXT, given=TEXTS, prefix=TEXTS, period=PERIOD) + "[]"
TELECOMS = struct(system=TEXT, value=TEXT, use=TEXT) + "[]"
ADDRESS = struct(use=TEXT, line=TEXTS, city=TEXT, district=TEXT, postalCode=TEXT, period=PERIOD)

_DOMAIN_RESOURCE = {
    "id": TEXT,
    "meta": META,
    "extension": EXTENSIONS,
    "modifierExtension": EXTENSIONS,
    "identifier": IDENTIFIERS,
}

LINEAGE: Mapping[str, str] = {
    "_source": TEXT,  # one of the source words
    "_sender": TEXT,  # ODS code of the sending organisation
    "_record_id": TEXT,  # the patient's id within the sender; null where the row is about no person
    "_file_id": TEXT,  # the received file, as the ledger names it
    "_row": "BIGINT",  # 1 = the first data row of that file
    "_extract_date": "DATE",
}

# What linking reads of a Patient, in one number that landing writes beside the row: a night can tell the rows
# that changed without reading the others, which are wide.
SAID_HASH: Mapping[str, str] = {"_said_hash": "UBIGINT"}
SAID = (
    "_source", "_sender", "_record_id", "id", "identifier", "name", "birthDate", "gender", "address",
    "generalPractitioner", "deceasedDateTime", "meta",
)  # fmt: skip


def _resource(**elements: str) -> Mapping[str, str]:
    return {**_DOMAIN_RESOURCE, **elements}


SHAPES: Mapping[str, Mapping[str, str]] = {
    "Patient": _resource(
        active="BOOLEAN",
        name=NAMES,
        telecom=TELECOMS,
        gender=TEXT,
        birthDate=TEXT,
        deceasedBoolean="BOOLEAN",
        deceasedDateTime=TEXT,
        address=ADDRESS + "[]",
        maritalStatus=CONCEPT,
        generalPractitioner=REFERENCE + "[]",
        managingOrganization=REFERENCE,
    ),
    "EpisodeOfCare": _resource(
        status=TEXT,
        type=CONCEPT + "[]",
        patient=REFERENCE,
        managingOrganization=REFERENCE,
        period=PERIOD,
        referralRequest=REFERENCE + "[]",
    ),
    "Encounter": _resource(
        **{"status": TEXT, "class": CODING},
        type=CONCEPT + "[]",
        serviceType=CONCEPT,
        priority=CONCEPT,
        subject=REFERENCE,
        episodeOfCare=REFERENCE + "[]",
        basedOn=REFERENCE + "[]",
        appointment=REFERENCE + "[]",
        period=PERIOD,
        length=QUANTITY,
        reasonCode=CONCEPT + "[]",
        hospitalization=struct(extension=EXTENSIONS, admitSource=CONCEPT, dischargeDisposition=CONCEPT),
        location=struct(location=REFERENCE, physicalType=CONCEPT) + "[]",
        serviceProvider=REFERENCE,
        partOf=REFERENCE,
    ),
    "Condition": _resource(
        clinicalStatus=CONCEPT,
        verificationStatus=CONCEPT,
        category=CONCEPT + "[]",
        code=CONCEPT,
        subject=REFERENCE,
        encounter=REFERENCE,
        onsetDateTime=TEXT,
        abatementDateTime=TEXT,
        recordedDate=TEXT,
        note=struct(text=TEXT) + "[]",
    ),
    "Observation": _resource(
        status=TEXT,
        category=CONCEPT + "[]",
        code=CONCEPT,
        subject=REFERENCE,
        encounter=REFERENCE,
        effectiveDateTime=TEXT,
        issued=TEXT,
        valueQuantity=QUANTITY,
        valueCodeableConcept=CONCEPT,
        valueString=TEXT,
        note=struct(text=TEXT) + "[]",
        referenceRange=struct(low=QUANTITY, high=QUANTITY) + "[]",
    ),
    "Procedure": _resource(
        status=TEXT,
        category=CONCEPT,
        code=CONCEPT,
        subject=REFERENCE,
        encounter=REFERENCE,
        performedDateTime=TEXT,
        note=struct(text=TEXT) + "[]",
    ),
    "MedicationRequest": _resource(
        status=TEXT,
        intent=TEXT,
        medicationCodeableConcept=CONCEPT,
        subject=REFERENCE,
        encounter=REFERENCE,
        authoredOn=TEXT,
        courseOfTherapyType=CONCEPT,
        basedOn=REFERENCE + "[]",
        dosageInstruction=struct(text=TEXT) + "[]",
        dispenseRequest=struct(
            quantity=QUANTITY,
            expectedSupplyDuration=QUANTITY,
            numberOfRepeatsAllowed="BIGINT",
            validityPeriod=PERIOD,
        ),
        substitution=struct(allowedBoolean="BOOLEAN"),
    ),
    "ServiceRequest": _resource(
        status=TEXT,
        intent=TEXT,
        category=CONCEPT + "[]",
        priority=TEXT,
        code=CONCEPT,
        subject=REFERENCE,
        encounter=REFERENCE,
        authoredOn=TEXT,
        occurrencePeriod=PERIOD,
        requester=REFERENCE,
        performer=REFERENCE + "[]",
        reasonCode=CONCEPT + "[]",
    ),
    "Appointment": _resource(
        status=TEXT,
        cancelationReason=CONCEPT,
        serviceType=CONCEPT + "[]",
        specialty=CONCEPT + "[]",
        appointmentType=CONCEPT,
        start=TEXT,
        end=TEXT,
        minutesDuration="BIGINT",
        created=TEXT,
        basedOn=REFERENCE + "[]",
        participant=struct(actor=REFERENCE, status=TEXT) + "[]",
    ),
    "CarePlan": _resource(
        status=TEXT,
        intent=TEXT,
        category=CONCEPT + "[]",
        subject=REFERENCE,
        period=PERIOD,
        created=TEXT,
        activity=struct(detail=struct(code=CONCEPT, status=TEXT, scheduledPeriod=PERIOD)) + "[]",
    ),
    "Organization": _resource(active="BOOLEAN", type=CONCEPT + "[]", name=TEXT, partOf=REFERENCE),
    "Location": _resource(status=TEXT, name=TEXT, physicalType=CONCEPT, managingOrganization=REFERENCE),
    "Immunization": _resource(
        status=TEXT,
        vaccineCode=CONCEPT,
        patient=REFERENCE,
        encounter=REFERENCE,
        occurrenceDateTime=TEXT,
        recorded=TEXT,
    ),
    "AllergyIntolerance": _resource(
        clinicalStatus=CONCEPT,
        verificationStatus=CONCEPT,
        code=CONCEPT,
        patient=REFERENCE,
        encounter=REFERENCE,
        onsetDateTime=TEXT,
        recordedDate=TEXT,
    ),
    # These two are read for objections only: nothing of them is in the register, so nothing of them leaves.
    "Flag": _resource(status=TEXT, category=CONCEPT + "[]", code=CONCEPT, subject=REFERENCE, period=PERIOD),
    "Consent": _resource(
        status=TEXT,
        scope=CONCEPT,
        category=CONCEPT + "[]",
        patient=REFERENCE,
        dateTime=TEXT,
        provision=struct(type=TEXT, period=PERIOD, code=CONCEPT + "[]"),
    ),
}

RESOURCE_TYPES = tuple(SHAPES)

# What a sender says beside its records (connectors.fhir.messages): read, never kept as a record.
MESSAGES: Mapping[str, Mapping[str, str]] = {
    "Bundle": {"entry": struct(request=struct(method=TEXT, url=TEXT)) + "[]"},
    "OperationOutcome": {"issue": struct(severity=TEXT, code=TEXT) + "[]"},
}


def columns(resource_type: str) -> Mapping[str, str]:
    """All columns of a resource table in order: FHIR elements, then lineage."""
    return {**SHAPES[resource_type], **LINEAGE}


def landed(resource_type: str, rows: str) -> str:
    """SELECT of what landing writes of ``rows``, a SELECT of :func:`columns`: a Patient's with its hash."""
    if resource_type != "Patient":
        return rows
    (name,) = SAID_HASH
    said = ", ".join(f'"{element}"' for element in SAID)
    return f'select *, hash({said}) as "{name}" from ({rows})'
