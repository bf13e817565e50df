"""Names of 300 characters, of 300 combining marks and of 300 spaces, at every step that reads a name."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.identity import link
from tests.identity_economy import AS_OF, Economy, nhs_number
from tests.trace_desk import Desk

# (a name, another one of the same kind): a name is its letters, however many or however adorned.
NAMES = {
    "300 letters": ("BRAN" + "ABCDEFGH" * 37, "KOSM" + "ZYXWVUTS" * 37),
    "300 combining marks": ("E" + "\N{COMBINING ACUTE ACCENT}" * 300, "O" + "\N{COMBINING TILDE}" * 300),
    "75 words": ("Wren " * 75, "Jute " * 75),
}
NO_NAMES = {
    "300 spaces": " " * 300,
    "300 marks that are on no letter": "\N{COMBINING ACUTE ACCENT}" * 300,
    "300 signs": "-/" * 150,
}
WHERE: dict[str, Any] = {
    "birth": "1945-12-06",
    "gender": "female",
    "postcode": "LS17 4AP",
    "practice": "Y99001",
}
KINDS = pytest.mark.parametrize(("name", "other"), NAMES.values(), ids=NAMES.keys())
NOTHINGS = pytest.mark.parametrize("nothing", NO_NAMES.values(), ids=NO_NAMES.keys())


@KINDS
def test_a_name_is_folded_to_its_letters_whole(desk: Desk, name: str, other: str) -> None:
    desk.asks("q", family=name, given=other)
    record = desk.records()["q"]
    assert record["family_folded"] == "".join(letter for letter in name.upper() if letter.isalpha())
    assert record["given_folded"] == "".join(letter for letter in other.upper() if letter.isalpha())


@NOTHINGS
def test_what_holds_no_letter_is_no_name(desk: Desk, nothing: str) -> None:
    desk.asks("q", family=nothing, given=nothing)
    record = desk.records()["q"]
    assert (record["family_name"], record["given_name"]) == (None, None)


def test_halves_of_a_name_stay_few_however_many_words_it_has(desk: Desk) -> None:
    """Each half is compared with each: 75 words would make one pair of names 5,000 comparisons."""
    desk.asks("q", family="Wren Jute Moss Fern Reed Sedge Birch Alder " * 8, given="Ada")
    desk.records()
    (halves,) = desk.table("(select name_halves(family_name) as halves from identity_record)")
    assert halves["halves"] == ["WREN", "JUTE", "MOSS", "FERN", "REED", "SEDGE"]


@KINDS
def test_cross_check_by_part_of_a_birth_date(desk: Desk, name: str, other: str) -> None:
    number = desk.registered(1, family=name, given=name, **WHERE)
    in_part = {"number": number, "birth": "1945-12-07"}
    desk.asks("same", family=name, given=name, **in_part)
    desk.asks("other", family=other, given=other, **in_part)
    found = desk.traced()
    assert (found["same"]["link_step"], found["same"]["matched_number"]) == ("cross_check", number)
    assert found["other"]["matched_number"] is None


@NOTHINGS
def test_cross_check_without_a_name_asks_for_the_outcode(desk: Desk, nothing: str) -> None:
    number = desk.registered(1, family="Gray", given="Anna", **WHERE)
    in_part = {"number": number, "birth": "1945-12-07", "family": nothing, "given": nothing}
    desk.asks("here", postcode="LS17 8ZZ", **in_part)
    desk.asks("elsewhere", postcode="W2 1NY", **in_part)
    found = desk.traced()
    assert found["here"]["link_step"] == "cross_check"
    assert found["elsewhere"]["matched_number"] is None


@KINDS
def test_alphanumeric(desk: Desk, name: str, other: str) -> None:
    number = desk.registered(1, family=name, given=name, **WHERE)
    desk.asks("same", family=name, given=name, **WHERE)
    desk.asks("twin", family=name, given=other, **WHERE)
    desk.asks("other", family=other, given=other, **WHERE)
    found = desk.traced()
    assert (found["same"]["link_step"], found["same"]["matched_number"]) == ("alphanumeric", number)
    assert (found["twin"]["matched_number"], found["other"]["matched_number"]) == (None, None)


@KINDS
def test_algorithmic(desk: Desk, name: str, other: str) -> None:
    number = desk.registered(1, family=name, given=name, **WHERE)
    moved = {**WHERE, "practice": "Y99002"}
    desk.asks("same", family=name, given=name, **moved)
    desk.asks("twin", family=name, given=other, **moved)
    desk.asks("other", family=other, given=other, **moved)
    found = desk.traced()
    assert (found["same"]["link_step"], found["same"]["matched_number"]) == ("algorithmic", number)
    assert found["same"]["link_confidence"] == 100
    assert (found["twin"]["matched_number"], found["other"]["matched_number"]) == (None, None)


@NOTHINGS
def test_what_is_no_name_is_traced_as_a_record_without_a_name(desk: Desk, nothing: str) -> None:
    desk.registered(1, family="Gray", given="Anna", **WHERE)
    desk.registered(2, family="Gray", given="Beatrix", **WHERE)
    desk.asks("nothing", family=nothing, given=nothing, **WHERE)
    desk.asks("nameless", **WHERE)
    found = desk.traced()
    result = {name: value for name, value in found["nothing"].items() if name != "record_key"}
    assert result == {name: value for name, value in found["nameless"].items() if name != "record_key"}
    assert (result["matched_number"], result["code"], result["candidates"]) == (None, "97", 2)


def test_the_residue_joins_what_is_one_and_nothing_else(economy: Economy) -> None:
    """Without a postcode it is for the statistics; each kind has a birth date of its own."""
    apart = []
    for place, (name, other) in enumerate(NAMES.values()):
        birth = f"194{place}-12-06"
        economy.person(f"g{place}", nhs_number(place), birth, **_called(name, name))
        for record_id, family, given in (
            ("same", name, name),
            ("twin", name, other),
            ("other", other, other),
        ):
            economy.person(f"{record_id}{place}", None, birth, **_called(family, given), **HOSPITAL)
            apart += [f"{record_id}{place}"] if record_id != "same" else []
    for place, nothing in enumerate(NO_NAMES.values()):
        economy.person(f"n{place}", None, "1940-12-06", **_called(nothing, nothing), **HOSPITAL)
        apart.append(f"n{place}")
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    linked = {key[2]: row for key, row in economy.links().items()}
    people = {record_id: row["person_id"] for record_id, row in linked.items()}
    for place in range(len(NAMES)):
        assert people[f"same{place}"] == people[f"g{place}"]
        assert linked[f"same{place}"]["link_step"] == "probabilistic"
    registered = {people[f"g{place}"] for place in range(len(NAMES))}
    assert len({people[record_id] for record_id in apart} | registered) == len(apart) + len(registered)


HOSPITAL = {"source": "acute", "sender": "RYJ"}


def _called(family: str, given: str) -> dict[str, Any]:
    return {"name": [{"family": family, "given": [given]}]}
