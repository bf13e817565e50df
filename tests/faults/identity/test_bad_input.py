"""One night of bad records: a clear outcome each, nothing merged that should not be, nothing lost.

Names of 300 characters are in ``test_long_names``, a vault cut short in ``test_identity_faults``.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.identity import link
from tests.identity_economy import AS_OF, Economy, nhs_number

HOSPITAL = {"source": "acute", "sender": "RYJ"}
NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
GIVEN = ("Anna", "Ruth", "Imogen", "Tom", "Peter", "Zoe", "Hugh", "Vera", "Dilys", "Cormac")
Links = dict[str, dict[str, Any]]


def called(family: str, given: str, postcode: str = "LS17 4AP") -> dict[str, Any]:
    home = [{"use": "home", "postalCode": postcode}]
    return {"name": [{"family": family, "given": [given]}], "address": home}


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Links:
    """The link of every record by its id; each line of bad input has people of its own."""
    economy = Economy(tmp_path_factory.mktemp("bad") / "home")
    for number in range(3):
        economy.person(f"empty{number}", None, None, gender=None, **HOSPITAL)
    economy.person("g-swapped", nhs_number(1), "1950-06-11", **called("Thornwick", "Robert"))
    swapped = called("Robert", "Thornwick")
    economy.person("swapped", None, "1950-11-06", **swapped, **HOSPITAL)
    economy.person("swapped-with-number", nhs_number(1), "1950-11-06", **swapped, **HOSPITAL)
    economy.person("g-owner", nhs_number(2), "1961-01-17", **called("Okonkwo", "Adaeze"))
    economy.person("borrower", nhs_number(2), "1985-09-30", **called("Lindqvist", "Solveig"), **HOSPITAL)
    for place, name in enumerate(GIVEN):
        own = called(name * 2, name, f"W{place + 1} 1NY")
        economy.person(
            f"ten{place}", nhs_number(3), f"19{70 + place}-0{1 + place % 9}-1{place}", **own, **HOSPITAL
        )
        one = called("Quillfeather", "Ottoline", "SW1A 1AA")
        economy.person(f"one{place}", nhs_number(20 + place), "1933-04-05", **one, **HOSPITAL)
    economy.person("g-one", nhs_number(40), "1933-04-05", **called("Quillfeather", "Ottoline", "SW1A 1AA"))
    for place in range(3):
        current, old = nhs_number(50 + place), nhs_number(50 + (place + 1) % 3)
        identifiers = [{"system": NUMBER_SYSTEM, "value": current}]
        identifiers.append({"system": NUMBER_SYSTEM, "value": old, "use": "old"})
        for kind, where in (("circle", {"source": "gp", "sender": "YGTPP"}), ("said", HOSPITAL)):
            economy.person(f"{kind}{place}", None, f"194{place}-02-03", identifier=identifiers, **where)
    economy.land()
    summary = link(economy.settings, economy.ledger, "r1", AS_OF)
    found = {key[2]: row for key, row in economy.links().items()}
    assert summary.records == len(found) == 3 + 3 + 2 + 20 + 1 + 6  # nothing lost, nothing twice
    return found


def people(links: Links, *prefixes: str) -> list[str]:
    return [row["person_id"] for name, row in links.items() if name.startswith(prefixes)]


def test_records_with_no_demographics_are_people_of_their_own(links: Links) -> None:
    assert {links[f"empty{n}"]["link_step"] for n in range(3)} == {"one_time"}
    assert len(set(people(links, "empty"))) == 3


def test_a_record_with_everything_swapped_joins_nobody_else(links: Links) -> None:
    mine = {links["g-swapped"]["person_id"]}
    others = {row["person_id"] for name, row in links.items() if "swapped" not in name}
    assert not others & (mine | set(people(links, "swapped")))
    assert links["swapped"]["link_step"] in ("unmatched", "probabilistic")
    assert links["swapped-with-number"]["link_step"] in ("birth_date_conflict", "probabilistic")


def test_a_number_that_belongs_to_someone_else_does_not_bring_its_owner(links: Links) -> None:
    assert links["borrower"]["link_step"] == "birth_date_conflict"
    assert links["borrower"]["person_id"] != links["g-owner"]["person_id"]


def test_ten_people_on_one_number_are_ten(links: Links) -> None:
    assert len(set(people(links, "ten"))) == 10
    assert {links[f"ten{n}"]["link_step"] for n in range(10)} == {"number_founded", "birth_date_conflict"}


def test_one_person_on_ten_numbers_is_one(links: Links) -> None:
    assert set(people(links, "one")) == {links["g-one"]["person_id"]}


def test_circular_supersessions_are_followed_by_nobody(links: Links) -> None:
    """A practice that the patients left says it; each has a birth date of its own: it is not believed."""
    assert {links[f"circle{n}"]["nhs_number_outcome"] for n in range(3)} == {"valid_untraced"}
    assert len(set(people(links, "circle"))) == 3
    assert {links[f"circle{n}"]["link_step"] for n in range(3)} == {"registered"}


def test_what_a_hospital_says_of_unverified_numbers_supersedes_nothing(links: Links) -> None:
    assert {links[f"said{n}"]["nhs_number_outcome"] for n in range(3)} == {"valid_untraced"}
    assert [links[f"said{n}"]["person_id"] for n in range(3)] == people(links, "circle")
