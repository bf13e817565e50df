"""The cross-check: number and birth date, in part with name or outcode; old numbers; the twin guard."""

from typing import Any

import pytest

from pipeline.identity.trace import TraceRules
from tests.identity_economy import nhs_number
from tests.trace_desk import NATIONAL, Desk

ANNA: dict[str, Any] = {"given": "Anna", "family": "Gray", "gender": "female", "postcode": "LS17 4AP"}


def test_number_and_birth_date_are_enough(desk: Desk) -> None:
    number = desk.registered(1, birth="1945-12-06", **ANNA)
    desk.asks("q", number=number, birth="1945-12-06")
    found = desk.found(NATIONAL)
    assert (found["link_step"], found["matched_number"], found["link_confidence"]) == (
        "cross_check",
        number,
        100,
    )
    assert (found["code"], found["candidates"], found["score_birth_date"]) == ("00", 1, None)


def test_a_gp_record_that_is_the_index_itself_is_registered(desk: Desk) -> None:
    number = nhs_number(1)
    desk.asks(
        "g", source="gp", number=number, birth="1945-12-06", **ANNA
    )  # no status: it asks, and it is the index
    assert desk.found()["link_step"] == "registered"


PARTIAL = [
    # birth date sent against 1945-12-06, whether it agrees in part
    ("1945-12-07", True),  # the day differs
    ("1945-11-06", True),  # the month
    ("1946-12-06", True),  # the year
    ("1945-06-12", True),  # day and month exchanged
    ("1946-06-12", True),  # exchanged, and so two of three even where the year differs
    ("1945-11-07", False),
    ("1946-12-07", False),
    ("1954-11-06", True),  # last two digits of the year exchanged, and the day agrees
    ("1954-12-06", True),
    ("1945-11-60", True),  # no date, but its day is 06 with the digits exchanged
    ("1945-12", True),
    ("1945", False),
    ("1845-12-07", False),  # the century is not among the exchanged digits
]


@pytest.mark.parametrize(("born", "agrees"), PARTIAL)
def test_a_birth_date_in_part_needs_the_name(desk: Desk, born: str, agrees: bool) -> None:
    number = desk.registered(1, birth="1945-12-06", **ANNA)
    desk.asks("q", number=number, birth=born, given="Alice", family="Grayson")
    found = desk.found(NATIONAL)
    assert found["link_step"] == ("cross_check" if agrees else None)
    assert found["matched_number"] == (number if agrees else None)


@pytest.mark.parametrize(
    ("born", "agrees"), [("1945-11-21", True), ("1945-12-12", True), ("1945-11-13", False)]
)
def test_the_digits_of_the_day_may_be_exchanged(desk: Desk, born: str, agrees: bool) -> None:
    number = desk.registered(1, birth="1945-12-12", **ANNA)
    desk.asks("q", number=number, birth=born, given="Anna", family="Gray")
    assert (desk.found(NATIONAL)["matched_number"] == number) is agrees


@pytest.mark.parametrize(
    ("given", "family", "agrees"),
    [
        ("A", "GRA", True),
        ("Alice", "Grady", True),
        ("Beth", "Gray", False),
        ("Anna", "Green", False),
        ("anna", "gráy", True),
    ],
)
def test_the_name_is_one_letter_and_three(desk: Desk, given: str, family: str, agrees: bool) -> None:
    number = desk.registered(1, birth="1945-12-06", **ANNA)
    desk.asks("q", number=number, birth="1945-12-07", given=given, family=family, postcode="LS17 9ZZ")
    assert (
        desk.found(NATIONAL)["matched_number"] == number
    ) is agrees  # the outcode does not stand in for a name


@pytest.mark.parametrize(
    ("who", "agrees"),
    [
        ({"postcode": "LS17 9ZZ"}, True),
        ({"postcode": "LS17"}, True),
        ({"postcode": "SE1 8UG"}, True),  # where she lived before
        ({"postcode": "LS1 4AP"}, False),
        ({}, False),
        ({"given": "Anna", "postcode": "LS17 9ZZ"}, True),  # the family name is missing
        ({"family": "Young", "postcode": "LS17 9ZZ"}, True),
    ],
)
def test_where_a_name_is_missing_the_outcode_decides(desk: Desk, who: dict[str, Any], agrees: bool) -> None:
    number = desk.registered(1, birth="1945-12-06", before=["SE1 8UF"], **ANNA)
    desk.asks("q", number=number, birth="1945-12-07", **who)
    assert (desk.found(NATIONAL)["matched_number"] == number) is agrees


def test_half_of_a_double_barrelled_name_is_the_name_by_default(desk: Desk) -> None:
    number = desk.registered(1, birth="1945-12-06", **ANNA)
    desk.asks("q", number=number, birth="1945-12-07", given="Anna", family="Young-Gray")
    assert desk.found()["matched_number"] == number
    assert desk.found(NATIONAL)["matched_number"] is None


def test_the_scores_of_a_match_in_part_are_kept(desk: Desk) -> None:
    desk.registered(1, birth="1945-12-06", **ANNA)
    desk.asks("q", number=nhs_number(1), birth="1945-12-07", **ANNA)
    found = desk.found()
    assert (found["score_family"], found["score_birth_date"], found["score_postcode"]) == (100, 66, 100)


def test_a_number_alone_is_never_enough(desk: Desk) -> None:
    number = desk.registered(1, birth="1945-12-06", **ANNA)
    desk.asks("q", number=number, birth="1971-02-03", given="Anna", family="Gray", postcode="LS17 4AP")
    assert desk.found(NATIONAL)["matched_number"] is None


class TestSuperseded:
    """An old number leads to the current one, along a chain, never around a circle."""

    def test_it_is_matched_by_the_current_number_and_says_so(self, desk: Desk) -> None:
        desk.registered(1, birth="1945-12-06", old_numbers=[nhs_number(2)], **ANNA)
        desk.asks("q", number=nhs_number(2), birth="1945-12-06")
        found = desk.found(NATIONAL)
        assert (found["matched_number"], found["code"], found["link_step"]) == (
            nhs_number(1),
            "90",
            "cross_check",
        )

    def test_another_birth_date_stays_unmatched(self, desk: Desk) -> None:
        desk.registered(1, birth="1945-12-06", old_numbers=[nhs_number(2)], **ANNA)
        desk.asks("q", number=nhs_number(2), birth="1971-02-03")
        assert desk.found(NATIONAL)["matched_number"] is None

    def test_a_chain_is_followed_to_its_end(self, desk: Desk) -> None:
        for n in range(1, 40):
            desk.registered(n, birth="1945-12-06", old_numbers=[nhs_number(n + 1)], **ANNA)
        desk.asks("q", number=nhs_number(40), birth="1945-12-06")
        assert desk.traced(NATIONAL)["q"]["matched_number"] == nhs_number(1)

    def test_a_circle_is_followed_by_nobody(self, desk: Desk) -> None:
        for n, old in ((1, 2), (2, 3), (3, 1), (4, 3)):
            desk.registered(n, birth="1945-12-06", old_numbers=[nhs_number(old)], **ANNA)
        desk.asks("q", number=nhs_number(2), birth="1945-12-06")
        records = desk.records()
        assert records["q"]["nhs_number_outcome"] == "superseded"
        assert records["q"]["traceable_number"] is None
        assert records["gp4"]["traceable_number"] == nhs_number(4)

    def test_two_ends_are_followed_by_nobody(self, desk: Desk) -> None:
        desk.registered(1, birth="1945-12-06", old_numbers=[nhs_number(3)])
        desk.registered(2, birth="1945-12-06", old_numbers=[nhs_number(3)])
        desk.asks("q", number=nhs_number(3), birth="1945-12-06")
        assert desk.records()["q"]["traceable_number"] is None

    def test_a_number_that_cannot_be_one_supersedes_nothing(self, desk: Desk) -> None:
        desk.asks("g", number="1234567890", old_numbers=[nhs_number(2)])
        desk.asks("h", number=nhs_number(1), old_numbers=["1234567890"])
        desk.records()
        assert desk.table("supersession") == []


class TestTwinGuard:
    """A twin's number agrees in birth date: what else the record says decides."""

    def ask(self, desk: Desk, rules: TraceRules | None = None, **who: Any) -> Any:
        number = desk.registered(1, birth="1990-05-04", **ANNA)
        desk.asks("q", number=number, birth="1990-05-04", **who)
        return desk.found(rules)["matched_number"] == number

    def test_other_given_name_and_gender(self, desk: Desk) -> None:
        assert not self.ask(desk, given="Tom", family="Gray", gender="male")

    def test_other_given_and_family_name(self, desk: Desk) -> None:
        assert not self.ask(desk, given="Beth", family="Young", gender="female")

    def test_other_given_name_on_a_number_in_conflict(self, desk: Desk) -> None:
        assert not self.ask(desk, given="Beth", family="Gray", gender="female", status="05")

    @pytest.mark.parametrize(
        "who",
        [
            {"given": "Beth", "family": "Gray", "gender": "female"},  # one difference alone
            {"given": "A", "family": "Young", "gender": "male"},  # an initial
            {"given": "Annabel", "family": "Young", "gender": "male"},  # the beginning of it
            {"given": "Beth", "family": "Young", "gender": "male", "status": "01"},  # verified
            {"family": "Young", "gender": "male"},  # no given name
        ],
    )
    def test_less_than_that_is_linked(self, desk: Desk, who: dict[str, Any]) -> None:
        assert self.ask(desk, **who)

    def test_the_national_trace_has_no_such_guard(self, desk: Desk) -> None:
        assert self.ask(desk, NATIONAL, given="Tom", family="Young", gender="male")
