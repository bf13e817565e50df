"""A hospital that sends UK Core FHIR as NDJSON: five patients, what happened to them, and bad lines."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from connectors.fhir import systems

# People whose records may be in both products, so that what is missing is missing for a reason of the file.
_PEOPLE = """
    select person_id, nhs_number, birth_date::varchar, sex, family_name, given_name
    from '{truth}/persons.parquet'
    where not coalesce(has_type_1_objection, false) and not coalesce(has_national_opt_out, false)
        and not coalesce(is_test, false) and not coalesce(is_confidential, false)
        and not coalesce(is_sensitive, false) and twin_of is null and old_nhs_number is null
        and left_on is null and death_date is null
        and person_id in (select person_id from '{truth}/records.parquet' where source = 'gp')
        and person_id not in (
            select r.person_id from '{truth}/records.parquet' as r
            inner join '{truth}/planted_errors.parquet' as e using (source, sender, record_id)
            where r.source = 'gp')
        and practice_code in (select practice_code from '{truth}/practices.parquet' where shares)
    order by person_id limit 5"""
GLUCOSE = "1010671000000102"  # a code of the observable entity hierarchy, only to be carried through


@dataclass(frozen=True, slots=True)
class Sent:
    """Whom patients ``p1``, ``p2`` ... are in truth; the last one's birth date was sent wrong."""

    people: tuple[str, ...]
    good_encounters: tuple[str, ...]
    encounters: tuple[Mapping[str, Any], ...]


def send(folder: Path, truth: Path, *, sender: str, marker: str) -> Sent:
    """Write Patient, Encounter (gzipped), Condition and Observation; bad lines bear ``marker``."""
    people = duckdb.sql(_PEOPLE.format(truth=truth)).fetchall()
    patients = [_patient(place + 1, *person[1:]) for place, person in enumerate(people)]
    # Somebody else's number: neither the birth date nor the name is its holder's.
    patients[-1]["birthDate"] = "1931-05-06"
    patients[-1]["name"] = [{"use": "official", "family": "Quillfeather", "given": ["Ottoline"]}]
    stranger = _patient(6, "", "1980-02-03", "female", "Hedge", "Rowan")
    unknown = {**stranger, "modifierExtension": [{"url": "https://x.example/is", "valueString": marker}]}
    encounters = [_encounter(number, sender) for number in range(1, 6)]
    no_date = {**_encounter(6, sender), "period": {"start": f"2026-02-30 {marker}"}}
    _write(folder / "Patient.ndjson", [*patients, unknown], f'{{"resourceType": "Patient", "id": "{marker}')
    _write(folder / "Encounter.ndjson.gz", [*encounters, no_date])
    _write(folder / "Condition.ndjson", [_condition(1), {**_condition(2), "code": marker}])
    _write(folder / "Observation.ndjson", [_observation(1), {**_observation(2), "status": marker}])
    ids = tuple(encounter["id"] for encounter in encounters)
    return Sent(tuple(person[0] for person in people), ids, tuple(encounters))


def send_update(folder: Path, sent: Sent) -> None:
    """The next night the first encounter comes again, with another end."""
    first = {**sent.encounters[0], "period": {"start": "2024-03-04T09:00:00Z", "end": "2024-03-04T13:30:00Z"}}
    _write(folder / "Encounter.ndjson", [first])


def _write(path: Path, resources: Sequence[Mapping[str, Any]], *bad_lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [*(json.dumps(resource) for resource in resources), *bad_lines]
    content = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def _resource(kind: str, identity: str, **elements: Any) -> dict[str, Any]:
    profile = [f"{systems.UK_CORE_PROFILE}{kind}"]
    return {"resourceType": kind, "id": identity, "meta": {"profile": profile}, **elements}


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _patient(
    place: int, nhs_number: str, birth_date: str, sex: str, family: str, given: str
) -> dict[str, Any]:
    verified = _coded(f"{systems.UK_CORE_CODE_SYSTEM}NHSNumberVerificationStatusEngland", "01")
    number = {
        "extension": [
            {
                "url": f"{systems.UK_CORE_EXTENSION}NHSNumberVerificationStatus",
                "valueCodeableConcept": verified,
            }
        ],
        "system": systems.NHS_NUMBER,
        "value": nhs_number,
    }
    name = [{"use": "official", "family": family, "given": [given]}]
    return _resource(
        "Patient", f"p{place}", name=name, gender=sex, birthDate=birth_date,
        **({"identifier": [number]} if nhs_number else {}),
    )  # fmt: skip


def _encounter(number: int, sender: str) -> dict[str, Any]:
    """The first an emergency attendance of two years ago, the second a stay, the others clinics."""
    word = {1: "EMER", 2: "IMP"}.get(number, "AMB")
    day = "2024-03-04" if number == 1 else f"2026-02-0{number}"
    period = {"start": f"{day}T09:00:00Z", "end": f"{day}T11:00:00Z"}
    provider = {"identifier": {"system": systems.ODS_ORGANISATION, "value": sender}}
    coding = {"system": systems.ACT_CODE, "code": word}
    return {
        **_resource("Encounter", f"e{number}", status="finished", period=period, serviceProvider=provider),
        "class": coding, "subject": {"reference": f"Patient/p{min(number, 5)}"},
    }  # fmt: skip


def _condition(number: int) -> dict[str, Any]:
    return _resource(
        "Condition", f"c{number}",
        clinicalStatus=_coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        code=_coded(systems.SNOMED_CT, "44054006"), recordedDate="2026-02-03",
        subject={"reference": "Patient/p3"}, encounter={"reference": "Encounter/e3"},
    )  # fmt: skip


def _observation(number: int) -> dict[str, Any]:
    return _resource(
        "Observation", f"o{number}", status="final", code=_coded(systems.SNOMED_CT, GLUCOSE),
        effectiveDateTime="2026-02-03T09:30:00Z",
        valueQuantity={"value": 48, "unit": "mmol/mol", "system": systems.UCUM, "code": "mmol/mol"},
        subject={"reference": "Patient/p3"}, encounter={"reference": "Encounter/e3"},
    )  # fmt: skip
