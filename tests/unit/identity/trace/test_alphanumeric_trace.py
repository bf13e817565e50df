"""The alphanumeric trace: the four examples of the Person_ID Handbook, its filters, and our rules on it."""

from typing import Any

import pytest

from tests.trace_desk import NATIONAL, Desk

REGISTER: list[dict[str, Any]] = [
    {
        "family": "Bernard",
        "birth": "1992-01-01",
        "gender": "male",
        "given": "Sammy",
        "postcode": "SW1A 2AB",
        "practice": "E000001",
    },
    {
        "family": "Cherry",
        "birth": "1976-08-15",
        "gender": "female",
        "given": "Penelope",
        "postcode": "E14 5EA",
        "practice": "E000002",
    },
    {
        "family": "Fox",
        "birth": "2002-12-17",
        "gender": "male",
        "given": "Hadley",
        "postcode": "LS1 4AP",
        "before": ["SE1 8UG"],
        "practice": "E000003",
    },
]
BERNARD, CHERRY, FOX = ({k: v for k, v in who.items() if k not in ("practice", "before")} for who in REGISTER)


@pytest.fixture
def register(desk: Desk) -> Desk:
    for n, who in enumerate(REGISTER, start=1):
        desk.registered(n, **who)
    return desk


def step(desk: Desk, rules: Any = NATIONAL, **who: Any) -> str | None:
    desk.asks("q", **who)
    return str(desk.found(rules)["link_step"])


EXCHANGED = {**CHERRY, "family": "Penelope", "given": "Cherry"}


@pytest.mark.parametrize(
    ("who", "is_found"),
    [
        (EXCHANGED, True),
        ({**EXCHANGED, "postcode": "SW1A 2AB"}, False),
        ({**EXCHANGED, "gender": "male"}, False),
        ({**EXCHANGED, "birth": "1976-08-16"}, False),
        ({**EXCHANGED, "given": "Cherrie"}, False),
    ],
)
def test_names_in_each_others_place(register: Desk, who: dict[str, Any], is_found: bool) -> None:
    assert step(register, None, **who) == ("alphanumeric" if is_found else "None")


def test_names_in_each_others_place_are_not_the_national_rule(register: Desk) -> None:
    assert step(register, **EXCHANGED) != "alphanumeric"


def test_two_people_with_names_in_each_others_place_are_nobodys_match(register: Desk) -> None:
    register.registered(8, **CHERRY)
    assert step(register, None, **EXCHANGED) == "None"


def test_example_1_without_gender_it_is_skipped(register: Desk) -> None:
    assert step(register, **{**BERNARD, "gender": None}) == "None"


def test_example_2_what_is_missing_is_not_asked_for(register: Desk) -> None:
    assert step(register, **CHERRY) == "alphanumeric"
    assert register.table("trace_result")[0]["link_confidence"] == 100


def test_example_3_what_differs_sends_it_on(register: Desk) -> None:
    assert step(register, **FOX, practice="E000009") == "algorithmic"


def test_example_4_a_former_postcode_will_do(register: Desk) -> None:
    assert step(register, **{**FOX, "postcode": "SE1 8UG"}) == "alphanumeric"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"family": "Faux"}, "alphanumeric"),  # F200 as Fox
        ({"family": "Foster"}, "algorithmic"),
        ({"given": "Hadlee"}, "alphanumeric"),
        ({"given": "Bertram"}, "algorithmic"),
        ({"given": None}, "alphanumeric"),
        ({"postcode": None}, "alphanumeric"),
        ({"postcode": "N1 9GU"}, "algorithmic"),
        ({"birth": "2002-12"}, "alphanumeric"),
        ({"birth": "2002"}, "alphanumeric"),
        ({"birth": "2002-11"}, "None"),
        ({"birth": "2002-12-18"}, "None"),
        ({"birth": None}, "None"),
        ({"family": None}, "algorithmic"),
        ({"death": "2020-01-01"}, "algorithmic"),
        ({"gender": "unknown"}, "algorithmic"),
    ],
)
def test_each_filter(register: Desk, change: dict[str, Any], expected: str) -> None:
    assert step(register, **{**FOX, **change}) == expected


def test_two_that_fit_send_it_on(register: Desk) -> None:
    register.registered(9, **{**REGISTER[1], "postcode": "N1 9GU", "given": "Penelopa"})
    assert step(register, **{**CHERRY, "postcode": None}) == "None"
    assert register.table("trace_result")[0]["candidates"] == 2


def test_a_former_given_name_will_do_and_a_former_family_name_will_not(desk: Desk) -> None:
    desk.registered(
        1, family="Young", given="Zelda", birth="1980-01-02", gender="female", former=[("Gray", "Anna")]
    )
    assert step(desk, family="Young", given="Anna", birth="1980-01-02", gender="female") == "alphanumeric"
    desk.asks("r", family="Gray", given="Zelda", birth="1980-01-02", gender="female")
    assert desk.traced(NATIONAL)["r"]["link_step"] is None


@pytest.mark.parametrize("change", [{"postcode": None}, {"given": None}, {"birth": "2002-12"}])
def test_by_default_it_needs_birth_date_given_name_and_a_place(
    register: Desk, change: dict[str, Any]
) -> None:
    assert step(register, None, **{**FOX, **change}) != "alphanumeric"


def test_by_default_the_practice_will_do_for_the_place(register: Desk) -> None:
    assert step(register, None, **{**FOX, "postcode": None, "practice": "E000003"}) == "alphanumeric"


def test_a_verified_number_binds_its_record(register: Desk) -> None:
    register.asks("q", number=register.registered(5, birth="1930-01-01"), status="01", **FOX)
    assert register.traced()["q"]["matched_number"] is None
    assert register.traced(NATIONAL)["q"]["link_step"] == "alphanumeric"


def test_a_twin_is_nobodys_match(desk: Desk) -> None:
    twin = {"family": "Gray", "birth": "1990-05-04", "gender": "female", "postcode": "N1 9GU"}
    desk.registered(1, given="Anna", **twin)
    desk.asks("q", given="Beth", **twin)
    assert desk.found()["matched_number"] is None
    assert desk.found(NATIONAL)["link_step"] == "algorithmic"
