"""Night by night: a number that was replaced, or that somebody says was; and the number of a twin."""

from typing import Any

from pipeline.identity import decide, link, list_queue
from tests.identity_economy import AS_OF, Economy, nhs_number, patient

A, B, C = (nhs_number(n) for n in (1, 2, 3))
GP = {"source": "gp", "sender": "YGM01"}
ACUTE = {"source": "acute", "sender": "RYJ"}
COMMUNITY = {"source": "community", "sender": "RV3"}
NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
BORN = "2001-05-05"


def called(given: str, family: str = "Quill") -> dict[str, Any]:
    return {"name": [{"use": "official", "family": family, "given": [given]}], "gender": "male"}


def says(
    economy: Economy, record_id: str, number: str, old: str, birth: str, where: dict[str, str], **more: Any
) -> None:
    """A record that gives ``number``, and beside it an old one."""
    resource = patient(record_id, number, birth, **more)
    resource["identifier"].append({"system": NUMBER_SYSTEM, "use": "old", "value": old})
    economy.add("Patient", resource, record_id, **where)


def linked(economy: Economy, run_id: str) -> dict[str, str]:
    economy.land()
    link(economy.settings, economy.ledger, run_id, AS_OF)
    return {key[2]: row["person_id"] for key, row in economy.links().items()}


def without(economy: Economy, record_id: str) -> None:
    for rows in economy.rows.values():
        rows[:] = [row for row in rows if row["_record_id"] != record_id]


def test_what_a_stranger_says_makes_nobody_of_two_registered_people(economy: Economy) -> None:
    for number, given in ((A, "Adam"), (B, "Robert")):
        economy.person(f"g{given}", number, BORN, status="01", practice="Y99001", **called(given), **GP)
        economy.person(f"a{given}", number, BORN, status="01", **called(given), **ACUTE)
    before = linked(economy, "r1")
    says(economy, "b", B, A, "1980-01-01", COMMUNITY, **called("Zed", "Nobody"))
    says(economy, "c", C, A, "1980-01-01", COMMUNITY, **called("Zed", "Nobody"))
    says(economy, "d", A, B, "1980-01-01", ACUTE, **called("Zed", "Nobody"))
    after = linked(economy, "r2")
    assert {key: after[key] for key in before} == before
    assert before["gAdam"] == before["aAdam"] != before["gRobert"] == before["aRobert"]
    assert [pair.kind for pair in list_queue(economy.settings) if pair.kind == "replaced_number_held"] == []


def test_a_replaced_number_is_followed_until_somebody_holds_it(economy: Economy) -> None:
    says(economy, "g", B, A, BORN, GP, practice="Y99001", **called("Adam"))
    economy.person("desk", A, BORN, **called("Adam"), **COMMUNITY)
    first = linked(economy, "r1")
    assert first["desk"] == first["g"]
    economy.person("holder", A, "1980-01-01", status="01", **called("Zed", "Nobody"), **ACUTE)
    second = linked(economy, "r2")
    assert second["g"] == first["g"]
    assert len(set(second.values())) >= 2 and second["holder"] != second["g"]
    outcomes = {key[2]: row["nhs_number_outcome"] for key, row in economy.links().items()}
    assert (outcomes["desk"], outcomes["holder"]) == ("valid_untraced", "valid_traced")
    (pair,) = [pair for pair in list_queue(economy.settings) if pair.kind == "replaced_number_held"]
    assert {pair.left.record_id, pair.right and pair.right.record_id} == {"g", "holder"}
    decide(
        economy.settings, pair.pair_id, verdict="different", reason="asked the practice", author="A. Clerk"
    )
    assert [p for p in list_queue(economy.settings) if p.kind == "replaced_number_held"] == []
    without(economy, "holder")
    third = linked(economy, "r3")
    assert third["desk"] == third["g"] == first["g"]


def test_a_twins_number_is_given_up_when_the_twin_is_known(economy: Economy) -> None:
    home = {"address": [{"use": "home", "postalCode": "SW1A 1AA"}]}
    economy.person("gAdam", A, BORN, status="01", practice="Y99001", **called("Adam"), **home, **GP)
    economy.person("a", A, BORN, **called("Robert"), **home, **ACUTE)  # Adam's number, not verified
    first = linked(economy, "r1")
    assert first["a"] == first["gAdam"]
    economy.person("gRobert", B, BORN, status="01", practice="Y99001", **called("Robert"), **home, **GP)
    second = linked(economy, "r2")
    assert second["a"] == second["gRobert"] != second["gAdam"] == first["gAdam"]
    without(economy, "gRobert")
    third = linked(economy, "r3")
    assert third["a"] == third["gAdam"]
