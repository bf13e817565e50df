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
