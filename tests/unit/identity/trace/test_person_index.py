"""The index of established numbers: who is in it, with which birth date, and what is remembered."""

import random
from typing import Any

import pytest

from tests.identity_economy import nhs_number
from tests.trace_desk import Desk

N = nhs_number(1)
GP: dict[str, Any] = {"source": "gp", "sender": "YGM01", "number": N}


@pytest.mark.parametrize(
    ("who", "is_in"),
    [
        ({**GP}, True),
        ({"number": N, "status": "01"}, True),
        ({"number": N, "status": "02"}, False),
        ({"number": N}, False),
        ({**GP, "marks": ("HTEST",)}, False),
        ({"number": N, "status": "01", "marks": ("HTEST",)}, False),
        ({**GP, "birth": "1950"}, False),
        ({**GP, "number": "4444444444"}, False),
    ],
)
def test_a_number_is_established_by_a_gp_or_by_verification(
    desk: Desk, who: dict[str, Any], is_in: bool
) -> None:
    desk.asks("a", **{"birth": "1950-06-01", **who})
    index = desk.index()
    assert (N in index) is is_in
    if is_in:
        assert index[N]["is_from_gp"] is (who.get("source") == "gp")
        assert index[N]["is_verified"] is (who.get("status") == "01")


def test_a_doubted_record_decides_nothing_that_another_can(desk: Desk) -> None:
    desk.asks("a", birth="1950-06-01", given="Anna", status="05", practice="E1", **GP)
    desk.asks("b", birth="1961-07-02", given="Beth", **{**GP, "sender": "YGTPP"})
    index = desk.index()
    assert (str(index[N]["birth_date"]), index[N]["given_name"]) == ("1961-07-02", "BETH")


def test_a_twin_on_the_same_number_leaves_no_name_there(desk: Desk) -> None:
    desk.asks("a", birth="1990-05-04", given="Anna", family="Gray", status="01", **GP)
    desk.asks("b", birth="1990-05-04", given="Beth", family="Gray", status="05", **{**GP, "sender": "YGTPP"})
    desk.asks("c", birth="1990-05-04", given="Cath", family="Gray", number=N)
    assert desk.index()[N]["former_given_names"] == []


def test_what_verified_records_say_is_remembered(desk: Desk) -> None:
    desk.asks("g", birth="1990-05-04", given="Anna", family="Gray", postcode="N1 9GU", practice="E1", **GP)
    desk.asks("a", birth="1990-05-04", postcode="SE1 8UG", number=N, status="01")
    desk.asks(
        "c", birth="1990-05-04", given="Anna", family="Young", number=N, status="01", source="community"
    )
    desk.asks(
        "x", birth="1991-05-04", given="Xena", postcode="LS1 4AP", number=N, status="01"
    )  # another birth date
    row = desk.index()[N]
    assert (row["family_name"], row["postcode"], row["outcode"], row["practice_code"]) == (
        "GRAY",
        "N19GU",
        "N1",
        "E1",
    )
    assert (row["former_family_names"], row["former_postcodes"]) == (["YOUNG"], ["SE18UG"])
    assert [name["family_name"] for name in row["former_names"]] == ["YOUNG"]


def test_what_one_record_lacks_another_says_and_a_name_comes_whole(desk: Desk) -> None:
    desk.asks("g", birth="1990-05-04", family="Gray", **GP)
    desk.asks(
        "c",
        birth="1990-05-04",
        given="Anna",
        family="Young",
        gender="female",
        number=N,
        status="01",
        postcode="N1 9GU",
    )
    row = desk.index()[N]
    assert (row["given_name"], row["family_name"], row["gender"], row["postcode"]) == (
        "ANNA",
        "YOUNG",
        "female",
        "N19GU",
    )
    assert row["former_family_names"] == ["GRAY"]


def test_only_wanted_numbers_are_built_and_they_are_built_alike(desk: Desk) -> None:
    from pipeline.identity.trace import build_index

    for n in range(1, 5):
        desk.registered(n, birth=f"199{n}-05-04", given="Anna", family="Gray")
    whole = desk.index()
    desk.connection.execute(
        "create or replace temp view record_of_number as "
        f"from identity_record where traceable_number = '{nhs_number(3)}'"
    )
    desk.connection.execute("create or replace temp table kept as from index_built")
    build_index(desk.connection)
    assert desk.table("index_built") == [whole[nhs_number(3)]]


def test_the_order_of_records_plays_no_part() -> None:
    who: list[dict[str, Any]] = [
        {
            "record_id": f"r{i}",
            "number": nhs_number(i % 3 + 1),
            "birth": f"19{50 + i % 2}-06-01",
            "given": "ABCDEF"[i % 6] + "nna",
            "family": "Gray",
            "status": ["01", "02", None][i % 3],
            "source": ["gp", "acute"][i % 2],
            "sender": f"S{i % 4}",
            "postcode": f"N1 9G{'UVW'[i % 3]}",
        }
        for i in range(24)
    ]
    found = []
    for seed in range(3):
        desk = Desk()
        shuffled = random.Random(seed).sample(who, len(who))
        for row in shuffled:
            desk.asks(**row)
        found.append(desk.index())
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 3


def test_whoever_is_called_otherwise_says_nothing_of_the_person(desk: Desk) -> None:
    born = {"birth": "1990-05-04"}
    desk.asks("a", given="Adam", family="Quill", practice="E1", **born, **GP)
    desk.asks(
        "b", given="Zoe", family="Okafor", postcode="N1 9GU", gender="female", death="2020-01-01",
        former=[("Nowak", "Piotr")], before=["SE1 8UG"], **born, **{**GP, "sender": "YGTPP"},
    )  # fmt: skip
    desk.asks("c", family="Ling", number=N, status="01", **born)  # says no given name
    row = desk.index()[N]
    assert (row["given_name"], row["gender"], row["postcode"], row["death_date"]) == (
        "ADAM",
        None,
        None,
        None,
    )
    assert row["former_names"] == row["former_family_names"] == row["former_given_names"] == []
    assert row["former_postcodes"] == []


def test_what_the_first_calls_former_is_not_another_person(desk: Desk) -> None:
    born = {"birth": "1990-05-04"}
    desk.asks("a", given="Alex", family="Gray", former=[("Gray", "Ruth")], practice="E1", **born, **GP)
    desk.asks("b", given="Ruth", family="Young", number=N, status="01", postcode="N1 9GU", **born)
    row = desk.index()[N]
    assert (row["postcode"], row["former_family_names"]) == ("N19GU", ["YOUNG"])


def test_the_latest_registration_decides_before_the_number_of_records(desk: Desk) -> None:
    from pipeline.identity.trace import build_index

    for name, born in (("a", "1990-05-04"), ("b", "1961-07-02"), ("c", "1961-07-02")):
        desk.asks(name, birth=born, practice="E1", **GP)
    desk.index()
    desk.connection.execute(
        "update identity_record set registered_on = if(record_id = 'a', date '2020-01-01', date '2010-01-01')"
    )
    build_index(desk.connection)
    assert [str(row["birth_date"]) for row in desk.table("index_built")] == ["1990-05-04"]


@pytest.mark.parametrize(
    "born", ["1900-01-01", "1901-01-01", "1800-01-01", "1899-12-30", "1900-01-01T00:00:00Z"]
)
def test_a_default_birth_date_establishes_nobody(desk: Desk, born: str) -> None:
    for place, given in enumerate(("Adam", "Robert", "Zoe")):
        sender = {"source": "gp", "sender": f"YGM0{place}"}
        desk.asks(f"g{place}", given=given, birth=born, number=N, status="01", **sender)
    assert desk.index() == {}
    rows = desk.table("identity_record")
    assert {(row["birth_date"], row["birth_year"], row["birth_month"]) for row in rows} == {
        (None, None, None)
    }
