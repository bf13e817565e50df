"""A modifier refuses its record wherever it lies; an unknown extension is stripped, and said without its
values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.landing_house import House

FEED = "acute/X04"
ETHNIC = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"
PLAIN = "https://sender.example/StructureDefinition/favourite"
KNOWN = {"url": ETHNIC, "valueCodeableConcept": {"coding": [{"code": "A"}]}}
UNKNOWN = {"url": PLAIN, "valueString": "qzxmarker"}
MODIFIER = [{"url": PLAIN, "valueBoolean": True}]


def _patient(number: int, **elements: Any) -> str:
    return json.dumps({"resourceType": "Patient", "id": f"p{number}", **elements})


def _reported(house: House) -> dict[tuple[str, str], tuple[int, int]]:
    rows = house.ledger.query("select * from extension")
    return {(row["place"], row["url"]): (row["records"], row["extensions"]) for row in rows}


@pytest.mark.parametrize(
    ("elements", "path"),
    [
        ({"modifierExtension": MODIFIER}, "$.modifierExtension"),
        ({"name": [{"family": "x", "modifierExtension": MODIFIER}]}, "$.name.modifierExtension"),
        ({"address": [{"period": {"modifierExtension": MODIFIER}}]}, "$.address.period.modifierExtension"),
        ({"contact": [{"modifierExtension": MODIFIER}]}, "$.contact.modifierExtension"),
        (
            {"contained": [{"resourceType": "Organization", "modifierExtension": MODIFIER}]},
            "$.contained.modifierExtension",
        ),
        ({"Joan Bloggs": {"modifierExtension": MODIFIER}}, "$.(other).modifierExtension"),
        ({"extension": [{**KNOWN, "modifierExtension": MODIFIER}]}, "$.extension.modifierExtension"),
        ({"name": [{"modifierExtension": {"url": PLAIN}}]}, "$.name.modifierExtension"),
    ],
)
def test_a_modifier_refuses_the_record_at_any_depth(
    house: House, elements: dict[str, Any], path: str
) -> None:
    house.send("Patient.ndjson", _patient(1), _patient(2, **elements), _patient(3), feed=FEED)
    house.land(FEED)
    assert [row[0] for row in house.fhir("Patient", "id", FEED)] == ["p1", "p3"]
    assert house.rules("Patient.ndjson")["unknown_modifier"] == 1
    assert (2, None, path, "unknown_modifier") in house.quarantined()
    assert house.unbalanced() == []


def test_a_modifier_whose_name_is_written_with_escapes_is_found(house: House) -> None:
    line = '{"resourceType":"Patient","id":"p1","name":[{"\\u006dodifierExtension":[{"url":"u"}]}]}'
    house.send("Patient.ndjson", line, _patient(2), feed=FEED)
    house.land(FEED)
    assert [row[0] for row in house.fhir("Patient", "id", FEED)] == ["p2"]


def test_unknown_extensions_are_stripped_and_known_ones_stay(house: House) -> None:
    house.send(
        "Patient.ndjson",
        _patient(1, extension=[KNOWN, UNKNOWN, UNKNOWN]),
        _patient(2, extension=[UNKNOWN], identifier=[{"system": "s", "value": "v", "extension": [UNKNOWN]}]),
        _patient(3, name=[{"family": "x", "extension": [KNOWN]}], _birthDate={"extension": [UNKNOWN]}),
        _patient(4, extension=[KNOWN]),
        feed=FEED,
    )
    house.land(FEED)
    urls = house.fhir("Patient", "id, [x.url for x in extension], identifier[1].extension", FEED)
    assert urls == [("p1", [ETHNIC], None), ("p2", None, None), ("p3", None, None), ("p4", [ETHNIC], None)]
    assert _reported(house) == {
        ("extension", PLAIN): (2, 3),
        ("identifier.extension", PLAIN): (1, 1),
        ("name.extension", ETHNIC): (1, 1),  # known, but not there
        ("_birthDate.extension", PLAIN): (1, 1),
    }


@pytest.mark.parametrize(
    "url",
    [
        "https://sender.example/Patient/9990000018",
        "https://sender.example/Patient/999-000-0018",
        "https://sender.example/Patient/999 000 0018",
        "https://sender.example/born/1980-02-03",
        "https://sender.example/x?name=qzxmarker",
        "https://sender.example/x#qzxmarker",
        "https://qzxmarker:secret@sender.example/x",
        "qzxmarker",
        "urn:nhs:9990000018",
    ],
)
def test_a_url_that_may_hold_an_identifier_is_not_repeated(house: House, url: str) -> None:
    house.send("Patient.ndjson", _patient(1, extension=[{"url": url}]), feed=FEED)
    house.land(FEED)
    ((place, said),) = _reported(house)
    assert place == "extension"
    assert said.startswith("hash:") and len(said) == 8


def test_extensions_of_refused_records_are_not_counted_as_stripped(house: House) -> None:
    house.send("Patient.ndjson", _patient(1, gender="M", extension=[UNKNOWN]), _patient(2), feed=FEED)
    house.land(FEED)
    assert _reported(house) == {}


def test_no_value_of_an_extension_reaches_the_typed_zone_or_the_ledger(house: House) -> None:
    house.send(
        "Patient.ndjson", _patient(1, extension=[UNKNOWN], qzxmarker={"extension": [UNKNOWN]}), feed=FEED
    )
    house.land(FEED)
    assert not [row for row in house.fhir("Patient", "*", FEED) if "qzxmarker" in str(row)]
    told = [house.ledger.query(f"select * from {table}") for table in house.ledger.tables()]
    assert "qzxmarker" not in str(told)


def test_an_element_that_is_not_declared_is_not_landed(house: House) -> None:
    house.send("Patient.ndjson", _patient(1, photo=[{"title": "qzxmarker"}], nickname="qzxmarker"), feed=FEED)
    house.land(FEED)
    assert "qzxmarker" not in str(house.fhir("Patient", "*", FEED))


def test_a_native_file_with_a_column_that_nobody_declared_is_refused(house: House) -> None:
    house.send(
        "Person.csv", "PersonId,FamilyName,Born,Sex,Deleted,Nickname", "1,x,1980-01-01,F,false,qzxmarker"
    )
    house.land()
    assert [file["outcome"] for file in house.files()] == ["refused"]
    assert house.rules("Person.csv") == {"unknown_column": 1}
    assert "qzxmarker" not in str(house.files())
