"""Families, newborns and flats: what they share joins nobody, whoever lies between them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline.identity import link
from pipeline.identity.decisions import list_queue
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number

A, B, C = (nhs_number(n) for n in (1, 2, 3))
SENDERS = ("RYJ", "R1K", "RQM", "RAS")
GP: dict[str, Any] = {"source": "gp", "sender": "YGM01", "practice": "Y1", "status": "01"}


def named(family: str | None, given: str | None) -> dict[str, Any]:
    name = {key: value for key, value in (("family", family), ("given", given and [given])) if value}
    return {"name": [name]} if name else {}


def living_at(postcode: str) -> dict[str, Any]:
    return {"address": [{"use": "home", "postalCode": postcode}]}


HOME = living_at("SW1A 1AA")


def people(economy: Economy) -> dict[str, str]:
    """Record id -> person, once everything is linked."""
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    return {key[2]: row["person_id"] for key, row in economy.links().items()}


def hospital(economy: Economy, number: str | None = None, birth: str | None = None, **more: Any) -> str:
    """A hospital's record, of another hospital each; returns its id."""
    n = sum(len(rows) for rows in economy.rows.values())
    economy.person(f"h{n}", number, birth, source="acute", sender=SENDERS[n % len(SENDERS)], **more)
    return f"h{n}"


@pytest.mark.parametrize("is_registered", [False, True])
def test_father_and_son_of_one_name_are_not_joined_by_a_record_without_a_birth_date(
    economy: Economy, is_registered: bool
) -> None:
    robert = {**named("Thornwick", "Robert"), **HOME, "gender": "male"}
    if is_registered:
        economy.person("father", A, "1950-06-21", **GP, **robert)
    father = "father" if is_registered else hospital(economy, None, "1950-06-21", practice="Y1", **robert)
    son = hospital(economy, None, "1978-02-03", practice="Y1", **robert)
    brother = hospital(economy, None, "1980-01-01", practice="Y1", **robert)
    undated = hospital(economy, None, None, practice="Y1", **robert)
    found = people(economy)
    assert len({found[one] for one in (father, son, brother)}) == 3
    # It is as likely any of them, and so nobody's, and people are asked whose.
    assert list(found.values()).count(found[undated]) == 1
    asked = [pair for pair in list_queue(economy.settings) if pair.kind == "several_close"]
    assert len(asked) == 3
    assert all(undated in str(pair) for pair in asked)


def test_a_record_without_a_birth_date_is_the_one_persons_who_bears_its_name_there(economy: Economy) -> None:
    robert = {**named("Thornwick", "Robert"), **HOME, "gender": "male", "practice": "Y1"}
    first, undated = (hospital(economy, None, birth, **robert) for birth in ("1950-06-21", None))
    found = people(economy)
    assert found[first] == found[undated]


@pytest.mark.parametrize(
    ("one", "other"),
    [("van der Berg", "van der Merwe"), ("bin Rahman", "bin Osman"), ("Al Rahman", "Al Osman")],
)
def test_a_particle_in_common_makes_no_family(economy: Economy, one: str, other: str) -> None:
    jan = {"gender": "male", "birth": "1980-06-01"}
    economy.person("g", A, **GP, **named(one, "Jan"), **HOME, **jan)
    stranger = hospital(economy, practice="Y1", **named(other, "Jan"), **living_at("SW1A 2BB"), **jan)
    found = people(economy)
    assert found[stranger] != found["g"]


def test_a_half_of_a_double_barrelled_name_is_still_the_same_family(economy: Economy) -> None:
    jan = {"gender": "male", "birth": "1980-06-01"}
    economy.person("g", A, **GP, **named("van der Berg-Ashcombe", "Jan"), **HOME, **jan)
    same = hospital(economy, practice="Y1", **named("Ashcombe", "Jan"), **HOME, **jan)
    found = people(economy)
    assert found[same] == found["g"]


NURSERIES = (
    (("Smith", "Baby"), (None, None), ("Okafor", "BABY BOY")),
    (("Smith", None), ("Okafor", None), ("Jones", "Baby")),
    (("Smith", "Adam"), (None, None), ("Okafor", None)),
)


@pytest.mark.parametrize("nursery", NURSERIES)
def test_newborns_of_different_families_stay_apart_with_a_nameless_one_beside_them(
    economy: Economy, nursery: tuple[tuple[str | None, str | None], ...]
) -> None:
    born = {"gender": "male", "birth": "2025-06-01"}
    for family, given in nursery:
        hospital(economy, **named(family, given), **HOME, **born)
    assert len(set(people(economy).values())) == len(nursery)


@pytest.mark.parametrize("name", [(None, None), ("Okonkwo", "Baby"), ("Okonkwo", "Chidi")])
@pytest.mark.parametrize("status", ["01", None])
def test_a_newborn_on_the_mothers_number_is_not_the_mother_even_where_it_was_verified(
    economy: Economy, name: tuple[str | None, str | None], status: str | None
) -> None:
    economy.person("mother", A, "1990-05-05", gender="female", **GP, **named("Okonkwo", "Adaeze"), **HOME)
    baby = hospital(
        economy, A, "2025-06-01", gender="female", status=status, practice="Y1", **named(*name), **HOME
    )
    found = people(economy)
    assert found[baby] != found["mother"]
    assert next(r["link_step"] for k, r in economy.links().items() if k[2] == baby) == "birth_date_conflict"


def test_a_birth_date_typed_wrong_does_not_part_a_person_from_the_own_verified_number(
    economy: Economy,
) -> None:
    adaeze = {"gender": "female", "status": "01", **named("Okonkwo", "Adaeze"), **HOME}
    economy.person("g", A, "1990-05-05", source="gp", sender="YGM01", practice="Y1", **adaeze)
    typed = hospital(economy, A, "1909-11-05", practice="Y1", **adaeze)
    found = people(economy)
    assert found[typed] == found["g"]


def test_three_who_are_said_to_have_replaced_each_other_in_a_circle_stay_three(economy: Economy) -> None:
    system = "https://fhir.nhs.uk/Id/nhs-number"
    for n, (now, before) in enumerate(((A, B), (B, C), (C, A))):
        both = [{"system": system, "value": now}, {"system": system, "value": before, "use": "old"}]
        given = ("Ottoline", "Bartholomew", "Peregrine")[n]
        where = {"source": "gp", "sender": "YGM01"}  # of nobody's list now, so that the practice is believed
        economy.person(f"g{n}", birth="1950-06-01", identifier=both, **where, **named("Quillfeather", given))
    assert len(set(people(economy).values())) == 3
    # A circle leads to no number: nobody is found, or founded, by one of it.
    links = economy.links().values()
    assert {(row["nhs_number_outcome"], row["link_step"]) for row in links} == {("superseded", "unmatched")}


@pytest.mark.parametrize("number", [A, None])
def test_the_person_is_born_when_tonights_records_say(economy: Economy, number: str | None) -> None:
    for run, birth in (("r1", "1950-06-01"), ("r2", "1951-07-02")):
        economy.rows.clear()
        economy.person("g", number, birth, **GP, **named("Quillfeather", "Ottoline"))
        economy.land()
        link(economy.settings, economy.ledger, run, AS_OF)
        with open_vault(economy.settings, load_keys(economy.settings)) as vault:
            said = vault.execute("select birth_date from vault.person where state = 'current'").fetchall()
        assert said == [(date.fromisoformat(birth),)]
