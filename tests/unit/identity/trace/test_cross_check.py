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
        for n in range(1, 40):  # practices that she left, each with the number that she had then
            desk.asks(
                f"gp{n}", source="gp", number=nhs_number(n), birth="1945-12-06",
                old_numbers=[nhs_number(n + 1)], **ANNA,
            )  # fmt: skip
        desk.asks("q", number=nhs_number(40), birth="1945-12-06")
        assert desk.traced(NATIONAL)["q"]["matched_number"] == nhs_number(1)

    def test_a_circle_is_followed_by_nobody(self, desk: Desk) -> None:
        for n, old in ((1, 2), (2, 3), (3, 1), (4, 3)):
            left = {"source": "gp", "birth": "1945-12-06", "old_numbers": [nhs_number(old)]}
            desk.asks(f"gp{n}", number=nhs_number(n), **left, **ANNA)
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
        desk.asks("g", source="gp", number="1234567890", old_numbers=[nhs_number(2)])
        desk.asks("h", source="gp", number=nhs_number(1), old_numbers=["1234567890"])
        desk.records()
        assert desk.table("supersession") == []

    @pytest.mark.parametrize(
        ("speaker", "is_believed"),
        [
            ({"source": "gp"}, True),
            ({"status": "01"}, True),
            ({}, False),  # anybody: a number that was typed by hand
            ({"status": "02"}, False),
            ({"source": "gp", "marks": ("HTEST",)}, False),
        ],
    )
    def test_a_practice_or_a_verified_record_is_believed(
        self, desk: Desk, speaker: dict[str, Any], is_believed: bool
    ) -> None:
        desk.asks("says", number=nhs_number(1), old_numbers=[nhs_number(2)], birth="1945-12-06", **speaker)
        desk.asks("q", number=nhs_number(2), birth="1945-12-06", status="02")
        row = desk.records()["q"]
        assert (row["nhs_number_outcome"] == "superseded") is is_believed
        assert row["traceable_number"] == nhs_number(1 if is_believed else 2)

    @pytest.mark.parametrize(
        ("holder", "is_believed"),
        [
            ({"status": "02"}, True),  # a desk that did not hear of it
            ({"source": "gp", "birth": "1945-12-06"}, True),  # a practice that the patient left
            ({"source": "gp", "practice": "Y99001"}, False),  # ... and one where somebody is registered
            ({"status": "01"}, False),  # verified: two verified numbers are two people
            ({"source": "gp", "birth": "1971-02-03"}, False),  # somebody else by the birth date
            ({"status": "01", "marks": ("HTEST",)}, True),
        ],
    )
    def test_not_of_a_number_that_is_still_somebodys(
        self, desk: Desk, holder: dict[str, Any], is_believed: bool
    ) -> None:
        desk.registered(1, birth="1945-12-06", old_numbers=[nhs_number(2)], **ANNA)
        desk.asks("q", number=nhs_number(2), **holder)
        assert (desk.records()["q"]["traceable_number"] == nhs_number(1)) is is_believed

    def test_a_verified_number_stays_its_records_own(self, desk: Desk) -> None:
        desk.registered(1, birth="1945-12-06", old_numbers=[nhs_number(2)], **ANNA)
        desk.registered(3, birth="1945-12-06", **ANNA)
        desk.asks("q", number=nhs_number(2), status="01", birth="1945-12-06", marks=("HTEST",), **ANNA)
        found = desk.found()
        assert (found["matched_number"], found["code"]) == (nhs_number(1), "90")


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
            {"given": "Beth", "family": "Gray", "gender": "male", "status": "01"},  # verified
            {"given": "Gray", "family": "Anna", "gender": "female"},  # written in each other's place
            {"family": "Young", "gender": "male"},  # no given name
        ],
    )
    def test_less_than_that_is_linked(self, desk: Desk, who: dict[str, Any]) -> None:
        assert self.ask(desk, **who)

    def test_other_given_and_family_name_on_a_verified_number(self, desk: Desk) -> None:
        assert not self.ask(desk, given="Beth", family="Young", gender="female", status="01")

    @pytest.mark.parametrize("status", [None, "02", "03", "06"])
    def test_a_given_name_that_somebody_else_of_the_day_and_family_has(
        self, desk: Desk, status: str | None
    ) -> None:
        desk.registered(2, birth="1990-05-04", **{**ANNA, "given": "Elizabeth"})
        desk.asks("q", number=nhs_number(1), birth="1990-05-04", status=status, **{**ANNA, "given": "Liz"})
        desk.registered(1, birth="1990-05-04", **ANNA)
        assert desk.found()["matched_number"] == nhs_number(2)

    @pytest.mark.parametrize(
        ("other", "status"),
        [
            ({"given": "Beth", "birth": "1990-05-05"}, None),  # born on another day
            ({"given": "Beth", "family": "Young"}, None),  # of another family
            ({"given": "Ruth"}, None),  # of another name
            ({"given": "Beth"}, "01"),
        ],
    )
    def test_nobody_else_is_meant(self, desk: Desk, other: dict[str, Any], status: str | None) -> None:
        desk.registered(2, **{"birth": "1990-05-04", **ANNA, **other})
        assert self.ask(desk, given="Beth", family="Gray", gender="female", status=status)

    def test_five_people_on_one_number_and_birth_date_are_not_one(self, desk: Desk) -> None:
        names = [
            ("Anna", "Gray"),
            ("Robert", "Okafor"),
            ("Zoe", "Nowak"),
            ("Kwame", "Ling"),
            ("Piotr", "Shah"),
        ]
        for place, (given, family) in enumerate(names):  # the first is registered, and speaks for the number
            who = {"given": given, "family": family, "birth": "1990-05-04", "postcode": f"N{place + 1} 9GU"}
            practice = {"practice": "Y99001"} if place == 0 else {}
            desk.asks(f"q{place}", source="gp", number=nhs_number(1), **who, **practice)
        found = desk.traced()
        assert [found[f"q{n}"]["matched_number"] for n in range(5)] == [nhs_number(1), *[None] * 4]

    def test_a_refused_number_does_not_come_back_by_part_of_the_birth_date(self, desk: Desk) -> None:
        # The first letter and the family name agree, as they would need to.
        assert not self.ask(desk, given="Archibald", family="Gray", gender="male")

    def test_the_national_trace_has_no_such_guard(self, desk: Desk) -> None:
        assert self.ask(desk, NATIONAL, given="Tom", family="Young", gender="male")


@pytest.mark.parametrize(
    ("macro", "one", "other", "is_like"),
    [
        # Jaro-Winkler either side of 0.85
        ("is_like_given(x, x, y, y)", "HELEN", "ELLEN", True),
        ("is_like_given(x, x, y, y)", "KAREN", "KARIM", False),
        ("is_like_given(x, x, y, y)", "ROBERT", "RUPERT", False),
        ("is_like_family(x, x, y, y, [])", "SMITH", "SMYTHE", True),
        ("is_like_family(x, x, y, y, [])", "TAYLOR", "TYLER", False),
        ("is_like_family(x, x, y, y, [])", "WRIGHT", "WHITE", False),
    ],
)
def test_how_alike_two_names_must_be(desk: Desk, macro: str, one: str, other: str, is_like: bool) -> None:
    desk.traced_macros()
    query = f"select {macro}, jaro_winkler_similarity(x, y) >= 0.7 from (select $1 as x, $2 as y)"
    assert desk.connection.execute(query, [one, other]).fetchone() == (is_like, True)
