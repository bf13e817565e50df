"""The MPS record bucket's rules, and the code of every outcome."""

from typing import Any

import pytest

from tests.identity_economy import nhs_number
from tests.trace_desk import Desk

ANNA: dict[str, Any] = {
    "given": "Anna",
    "family": "Gray",
    "birth": "1990-05-04",
    "gender": "female",
    "postcode": "N1 9GU",
}
LOCAL = [
    # what differs in the second record of one local id, and whether the bucket joins it
    ({}, True),
    ({"given": "Beth"}, True),  # family, birth date, postcode and gender
    ({"gender": "male"}, True),  # family, birth date, postcode and given
    ({"given": "Beth", "gender": "male"}, False),
    ({"family": "Young", "gender": "male"}, True),  # given, birth date and postcode
    ({"birth": "1991-05-04"}, True),  # given, family, gender and postcode
    ({"birth": "1991-05-04", "gender": "male"}, False),
    ({"postcode": "SE1 8UG", "gender": "male"}, True),  # given, family and birth date
    ({"postcode": "SE1 8UG", "family": "Young"}, False),
    ({"postcode": "SE1 8UG", "family": None, "gender": "male"}, True),  # birth date alone: a name is missing
    ({"postcode": "SE1 8UG", "given": None, "birth": "1991-05-04"}, False),
    ({"family": "Young", "given": None, "postcode": "SE1 8UG"}, False),  # the name that both give differs
    ({"birth": None}, True),  # given, family, gender and postcode
    ({"birth": None, "gender": "male"}, False),
]
ELSEWHERE = [
    ({}, True),  # given, family, birth date and postcode
    ({"gender": "male"}, True),
    ({"given": "Beth"}, False),
    ({"family": "Young"}, False),
    ({"birth": "1991-05-04"}, False),
    ({"postcode": "SE1 8UG"}, False),
    ({"postcode": None}, False),
    ({"given": None, "family": None}, True),  # gender, birth date and postcode: a name is missing
    ({"given": None}, True),
    ({"given": None, "family": "Young"}, False),  # the name that both give differs
    ({"family": None, "given": "Beth"}, False),
    ({"given": "Twin 2"}, False),
    ({"given": "Baby"}, True),
    ({"given": None, "family": None, "gender": "male"}, False),
    ({"given": None, "family": None, "postcode": "SE1 8UG"}, False),
]


@pytest.mark.parametrize(("change", "joins"), LOCAL)
def test_with_one_local_id(desk: Desk, change: dict[str, Any], joins: bool) -> None:
    desk.asks("same", **ANNA)
    desk.asks("same", source="community", **{**ANNA, **change})
    assert (desk.bucketed() == {("same", "same")}) is joins


@pytest.mark.parametrize(("change", "joins"), ELSEWHERE)
def test_without_one(desk: Desk, change: dict[str, Any], joins: bool) -> None:
    desk.asks("a", **ANNA)
    desk.asks("b", sender="R1K", **{**ANNA, **change})
    assert (desk.bucketed() in ({("a", "b")}, {("b", "a")})) is joins


def test_a_nameless_record_joins_no_twins(desk: Desk) -> None:
    desk.asks("a", **ANNA)
    desk.asks("b", **{**ANNA, "given": "Beth"})
    desk.asks("c", **{**ANNA, "given": None, "family": None})
    assert desk.bucketed() == set()


NEWBORN: dict[str, Any] = {"birth": "2026-03-30", "gender": "male", "postcode": "N1 9GU"}
NURSERIES = [
    # what records of one day, sex and postcode call the newborn, and who are one
    ([("Smith", None), ("Okafor", None), ("Jones", "Baby boy")], set()),
    ([("Smith", None), ("Smith", "Baby")], {"01"}),
    ([("Smith", None), ("Smith", "Adam"), (None, None)], {"01", "02", "12"}),
    ([("Smith", None), ("Smith", "Adam"), ("Okafor", None)], {"01"}),
    ([("Smith", None), ("Okafor", None), (None, None)], set()),  # nobody knows whose the third is
    ([("Smith", None), ("Smith", "Adam"), ("Smith", "Robert")], set()),
    ([("Smith", None), (None, "Adam")], set()),  # nothing that both say agrees
    ([("Smith", "Twin 1"), ("Smith", "Twin 2")], set()),
    ([("Smith", "Twin 1"), ("Smith", None)], set()),
    ([("Smith", "Adam"), ("Smith", "Baby 2"), (None, None)], set()),
]


@pytest.mark.parametrize(("names", "pairs"), NURSERIES)
def test_newborns_without_a_name(desk: Desk, names: list[tuple[Any, Any]], pairs: set[str]) -> None:
    for place, (family, given) in enumerate(names):
        desk.asks(str(place), sender=f"R{place}", family=family, given=given, **NEWBORN)
    assert {"".join(sorted(pair)) for pair in desk.bucketed()} == pairs


def test_two_patients_of_one_sender_are_not_joined_by_place(desk: Desk) -> None:
    desk.asks("a", family="Smith", **NEWBORN)
    desk.asks("b", family="Smith", **NEWBORN)
    desk.asks("c", sender="R1K", family="Smith", **NEWBORN)  # one of the two, and who knows which
    assert desk.bucketed() == set()


def test_more_records_at_a_place_are_a_default(desk: Desk) -> None:
    for place in range(51):
        desk.asks(f"q{place}", sender=f"R{place:02d}", **NEWBORN)
    assert desk.bucketed() == set()


def test_two_verified_numbers_are_never_joined(desk: Desk) -> None:
    desk.asks("a", number=nhs_number(1), status="01", **{**ANNA, "birth": "1990-05-04"})
    desk.asks("b", number=nhs_number(2), status="01", **ANNA)
    desk.index()
    desk.connection.execute(
        "create or replace temp view residue_known as select *, '98' as code from identity_record"
    )
    from pipeline.identity.trace import bucket

    bucket(desk.connection)
    assert desk.table("bucket_pair") == []


def test_without_birth_date_nobody_is_in_the_bucket(desk: Desk) -> None:
    desk.asks("a", **{**ANNA, "birth": None})
    desk.asks("b", **{**ANNA, "birth": None})
    assert desk.bucketed() == set()


def test_several_close_matches_have_no_place_in_the_bucket(desk: Desk) -> None:
    desk.registered(1, **ANNA)
    desk.registered(2, **ANNA)
    desk.asks("a", **ANNA)
    desk.asks("b", sender="R1K", **ANNA)
    assert desk.bucketed() == set()
    assert {row["code"] for row in desk.table("trace_result")} == {"97"}


CODES = [
    ({"number": nhs_number(1), "birth": "1990-05-04"}, "00"),
    ({"number": nhs_number(3), "birth": "1990-05-04"}, "90"),
    ({"number": nhs_number(2), "birth": "1961-02-03"}, "92"),
    ({"number": "9434765910", "family": "Quill", "birth": "1930-01-01", "gender": "male"}, "91"),
    ({"family": "Gray"}, "96"),
    ({}, "96"),
    ({"number": nhs_number(1)}, "96"),
    ({"family": "Quill", "given": "Quentin", "birth": "1930-01-01", "gender": "male"}, "98"),
    ({"number": nhs_number(9), "birth": "1930-01-01"}, "98"),
]


@pytest.mark.parametrize(("who", "code"), CODES)
def test_every_code(desk: Desk, who: dict[str, Any], code: str) -> None:
    desk.registered(1, old_numbers=[nhs_number(3)], **ANNA)
    desk.registered(2, **{**ANNA, "birth": "1961-02-03"}, marks=("R",))
    desk.asks("q", **who)
    found = desk.found()
    assert found["code"] == code
    assert (found["matched_number"] is not None) is (code in ("00", "90", "92"))
    assert (found["link_confidence"] > 0) is (code in ("00", "90", "92"))


def test_every_record_has_one_result(desk: Desk) -> None:
    for n in range(1, 6):
        desk.registered(n, **ANNA)
    for n in range(20):
        desk.asks(
            f"q{n}", number=nhs_number(n % 8), **{**ANNA, "birth": "1990-05-04" if n % 2 else "1990-05"}
        )
    results = desk.traced()
    assert set(results) == {f"q{n}" for n in range(20)}
    assert len(desk.table("trace_result")) == 20


def test_ten_people_on_one_number_are_not_one(desk: Desk) -> None:
    desk.registered(1, **ANNA)
    for n in range(10):
        desk.asks(
            f"q{n}",
            number=nhs_number(1),
            birth=f"19{n}1-0{n % 9 + 1}-1{n % 9}",
            given=f"{'ABCDEFGHIJ'[n]}lf",
            family="Young",
        )
    assert all(row["matched_number"] is None for row in desk.traced().values())


def test_one_person_on_ten_numbers_is_kept_from_all_but_the_own(desk: Desk) -> None:
    number = desk.registered(1, **ANNA)
    for n in range(2, 11):
        desk.asks(f"q{n}", number=nhs_number(n), status="04", **ANNA)
    assert {row["matched_number"] for row in desk.traced().values()} == {number}
