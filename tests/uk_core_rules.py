"""What a mapped resource must satisfy: FHIR R4 by ``fhir.resources``, and UK Core's own rules.

``fhir.resources`` is lenient (it takes any code for a status), so ids, codes, dates, systems and extension
addresses are checked here too. Sources: HL7 FHIR R4 (4.0.1) data types, HL7 UK Core R4 profiles, code systems
and extensions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from connectors.fhir import requirements, systems

IDENTIFIER_SYSTEMS = {systems.NHS_NUMBER, systems.ODS_ORGANISATION, systems.ODS_SITE}
CODE_SYSTEMS = {
    *(
        systems.SNOMED_CT,
        systems.DMD,
        systems.UCUM,
        systems.ACT_CODE,
        systems.CONFIDENTIALITY,
        systems.ACT_REASON,
    ),
    *(systems.ICD_10[0], systems.OPCS_4[0]),
    "http://terminology.hl7.org/CodeSystem/condition-clinical",
    "http://terminology.hl7.org/CodeSystem/condition-category",
    "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
    "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy",
    "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
    "http://terminology.hl7.org/CodeSystem/organization-type",
    "http://terminology.hl7.org/CodeSystem/location-physical-type",
}
# UK Core code systems that the mappings use, with their codes where the list is short.
UK_CORE_CODE_SYSTEMS: Mapping[str, frozenset[str] | None] = {
    "NHSNumberVerificationStatusEngland": frozenset("01 02 03 04 05 06 07 08".split()),
    "EthnicCategoryEngland": frozenset([*"ABCDEFGHJKLMNPRSZ", "99"]),
    "AdmissionMethodEngland": None,
    "SourceOfAdmissionEngland": None,
    "DischargeDestinationEngland": None,
    "DischargeMethodEngland": None,
    "OutcomeOfAttendanceEngland": None,
    "EncounterLocationTypeEngland": None,
    "LegalStatusClassificationEngland": None,
}
# UK Core extensions that the mappings use, with the element that carries their value.
UK_CORE_EXTENSIONS = {
    "NHSNumberVerificationStatus": "valueCodeableConcept",
    "EthnicCategory": "valueCodeableConcept",
    "AdmissionMethod": "valueCodeableConcept",
    "DischargeMethod": "valueCodeableConcept",
    "EmergencyCareDischargeStatus": "valueCodeableConcept",
    "OutcomeOfAttendance": "valueCodeableConcept",
    "LegalStatus": "valueCodeableConcept",
    "VaccinationProcedure": "valueCodeableConcept",
    "ConditionEpisode": "valueCode",
}
# Extensions of our own that no register entry reads.
LOCAL_ONLY = {"ProblemSignificance"}

_REGISTER = Path(requirements.__file__).parent.parent / "register"
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_CODE = re.compile(r"[^\s]+(\s[^\s]+)*")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_INSTANTS = {"Appointment": ("start", "end"), "Observation": ("issued",)}


def faults(resource: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with a resource (nulls already removed); empty where it is sound."""
    kind = resource["resourceType"]
    return [
        *_by_model(kind, resource),
        *_envelope(kind, resource),
        *_codes(kind, resource),
        *_dates(kind, resource),
        *_walk(resource, kind),
    ]


def local_extension_names() -> frozenset[str]:
    """Names of our own extensions: those that the register reads, and those that none of it does."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(_REGISTER.glob("*.toml")))
    return frozenset(re.findall(r"wsic\([\w.\[\]\"]*extension, '(\w+)'\)", text)) | LOCAL_ONLY


def _by_model(kind: str, resource: Mapping[str, Any]) -> Iterator[str]:
    try:
        get_fhir_model_class(kind).model_validate(dict(resource))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            yield f"{kind}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}"


def _envelope(kind: str, resource: Mapping[str, Any]) -> Iterator[str]:
    if not _ID.fullmatch(resource.get("id", "")):
        yield f"{kind}.id is not a FHIR id"
    if resource.get("meta", {}).get("profile") != [f"{systems.UK_CORE_PROFILE}{kind}"]:
        yield f"{kind}.meta.profile is not its UK Core profile"
    for path in requirements.REQUIRED.get(kind, ()):
        if path not in resource:
            yield f"{kind}.{path} is missing"
    where = requirements.PERSON.get(kind)
    if where not in (None, "id") and where not in resource:
        yield f"{kind}.{where} is missing"


def _codes(kind: str, resource: Mapping[str, Any]) -> Iterator[str]:
    for path, codes in requirements.VALUE_SETS.get(kind, {}).items():
        if path in resource and resource[path] not in codes:
            yield f"{kind}.{path} is outside its value set"


def _dates(kind: str, resource: Mapping[str, Any]) -> Iterator[str]:
    for path in requirements.DATES.get(kind, ()):
        value: Any = resource
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        pattern = _INSTANT if path in _INSTANTS.get(kind, ()) else _DATE
        if value is not None and not pattern.fullmatch(value):
            yield f"{kind}.{path} is not a FHIR date"


def _walk(value: Any, where: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, where)
    elif isinstance(value, Mapping):
        yield from _element(value, where)
        for name, item in value.items():
            yield from _walk(item, f"{where}.{name}")


def _element(value: Mapping[str, Any], where: str) -> Iterator[str]:
    name = where.rsplit(".", 1)[-1]
    if name == "extension":
        yield from _extension(value, where)
    elif name in ("coding", "class", "security"):
        yield from _coding(value, where)
    elif name == "identifier":
        yield from _identifier(value, where)
    elif "reference" in value and not re.fullmatch(
        r"[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}", value["reference"]
    ):
        yield f"{where}.reference is not Type/id"


def _extension(value: Mapping[str, Any], where: str) -> Iterator[str]:
    url = value.get("url", "")
    carried = [key for key in value if key.startswith("value")]
    if len(carried) != 1:
        yield f"{where}: an extension carries {len(carried)} values: {url}"
    if url.startswith(systems.UK_CORE_EXTENSION):
        expected = UK_CORE_EXTENSIONS.get(url.removeprefix(systems.UK_CORE_EXTENSION))
        if carried != [expected]:
            yield f"{where}: {url} is not in use, or its value is not {expected}"
    elif url.removeprefix(systems.LOCAL_EXTENSION) not in local_extension_names():
        yield f"{where}: no register entry reads {url}"


def _coding(value: Mapping[str, Any], where: str) -> Iterator[str]:
    system, code = value.get("system", ""), value.get("code", "")
    if not _CODE.fullmatch(code):
        yield f"{where}: a coding of {system} has no well-formed code"
    if system.startswith(systems.UK_CORE_CODE_SYSTEM):
        name = system.removeprefix(systems.UK_CORE_CODE_SYSTEM)
        codes = UK_CORE_CODE_SYSTEMS.get(name)
        if name not in UK_CORE_CODE_SYSTEMS or (codes is not None and code not in codes):
            yield f"{where}: {system} is not in use, or the code is not of it"
    elif system in (systems.SNOMED_CT, systems.DMD) and not re.fullmatch(r"[1-9]\d{5,17}", code):
        yield f"{where}: a coding of {system} is no SNOMED CT identifier"
    elif system not in CODE_SYSTEMS and not system.startswith(systems.LOCAL_CODE_SYSTEM):
        yield f"{where}: code system {system!r} is not in use"


def _identifier(value: Mapping[str, Any], where: str) -> Iterator[str]:
    system = value.get("system", "")
    if system not in IDENTIFIER_SYSTEMS and not system.startswith(systems.LOCAL_ID):
        yield f"{where}: identifier system {system!r} is not in use"
    if not str(value.get("value", "")).strip():
        yield f"{where}: an identifier of {system} has no value"
