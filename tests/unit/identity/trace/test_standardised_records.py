"""What a Patient becomes before it is linked: names, postcodes, birth dates, numbers, hashes."""

from typing import Any

import pytest

from pipeline.identity.standardise import nicknames
from tests.identity_economy import nhs_number
from tests.trace_desk import Desk


def one(desk: Desk, **who: Any) -> dict[str, Any]:
    desk.asks("q", **who)
    return desk.records()["q"]


@pytest.mark.parametrize(
    ("sent", "name", "folded"),
    [
        ("Zoë", "ZOË", "ZOE"),
        ("zoe\u0308", "ZOË", "ZOE"),
        ("Łukasz", "ŁUKASZ", "LUKASZ"),
        ("Groß", "GROẞ", "GROSS"),
        ("Søren", "SØREN", "SOREN"),
        ("O'Brien", "O'BRIEN", "OBRIEN"),
        ("Mary-Jane", "MARY-JANE", "MARYJANE"),
        ("  Mary   Jane ", "MARY JANE", "MARYJANE"),
        ("Anna (Nan)", "ANNA NAN", "ANNANAN"),
        ("محمد", "محمد", "محمد"),
        ("!$%&()[]{}=:;#~@|<>.?/_\\£Ann", "ANN", "ANN"),
        ("A\u200bnn", "ANN", "ANN"),
        ("x" * 299 + "y", "X" * 299 + "Y", "X" * 299 + "Y"),
    ],
)
def test_names_are_cleaned_and_folded(desk: Desk, sent: str, name: str, folded: str) -> None:
    row = one(desk, given=sent, family=sent)
    assert (row["given_name"], row["family_name"]) == (name, name)
    assert (row["given_folded"], row["family_folded"]) == (folded, folded)


PLACEHOLDERS = (
    "Unknown",
    "UNK",
    "not known",
    "N/A",
    "Name unknown",
    "Baby",
    "Baby of Anna",
    "Baby Boy",
    "Baby Smith",
    "Twin 1",
    "twin two",
    "TWIN A",
    "Triplet 3",
    "Infant",
    "Male Infant",
    "female infant of Gray",
    "Newborn",
    "Test",
    "TEST PATIENT",
    "ZZZTest",
    "Dummy",
    "Unidentified male",
    "Unknown Female",
    "XX",
    "Not stated",
    "Anonymous",
    "No name",
    "BABY1",
    "BabyBoy",
    "Baby-Girl",
    "INFANT1",
    "UNKNOWN1",
    "Unknown unknown",
    "Unknown Male 3",
    "B/O Smith",
    "b/o Anna",
    "New Born",
    "Not applicable",
    "TBC",
    "DO NOT USE",
    "Deceased",
    "-",
    ".",
    "1",
)


@pytest.mark.parametrize("sent", PLACEHOLDERS)
def test_what_stands_in_for_a_name_is_none(desk: Desk, sent: str) -> None:
    row = one(desk, given=sent, family=sent)
    assert (
        row["given_name"]
        is row["given_folded"]
        is row["given_root"]
        is row["family_folded"]
        is row["family_name"]
        is None
    )


@pytest.mark.parametrize(
    "sent",
    [
        "Babyana",
        "Testa",
        "Twinkle",
        "Infantino",
        "Unkle",
        "Nona",
        "Naomi",
        "Xu",
        "Ng",
        "Malea",
        "Boyd",
        "Bo",
        "Babyboyd",
        "Tbilisi",
        "Nonesuch",
        "Nilsson",
        "Newbornski",
    ],
)
def test_names_that_only_look_like_one_stay(desk: Desk, sent: str) -> None:
    assert one(desk, given=sent, family=sent)["given_folded"] == sent.upper()


@pytest.mark.parametrize(
    ("sent", "is_one"),
    [
        ("Twin 1", True), ("TWIN", True), ("Triplet B", True), ("Baby 2", True), ("BABY1", True),
        ("Baby B", True), ("Infant two", True), ("Unknown Male 3", True),
        ("Baby", False), ("Baby boy", False), ("Baby of Anna", False), ("Unknown", False), ("Anna", False),
        (None, False),
    ],
)  # fmt: skip
def test_one_of_several_who_were_born_together(desk: Desk, sent: str | None, is_one: bool) -> None:
    assert one(desk, given=sent, family="Gray")["is_of_several_born"] is is_one
    assert one(Desk(), given="Anna", family=sent)["is_of_several_born"] is is_one


@pytest.mark.parametrize(
    ("given", "gender", "root"),
    [
        ("Bill", "male", "WILLIAM"),
        ("William", "male", "WILLIAM"),
        ("Peggy", "female", "MARGARET"),
        ("Chris", "male", "CHRISTOPHER"),
        ("Chris", "female", "CHRISTINE"),
        ("Chris", None, "CHRIS"),
        ("Chris", "unknown", "CHRIS"),
        ("Katy", None, "CATHERINE"),
        ("Mohamed", "male", "MOHAMMED"),
        ("Quilla", "female", "QUILLA"),
    ],
)
def test_diminutives_have_a_root(desk: Desk, given: str, gender: str | None, root: str) -> None:
    assert one(desk, given=given, gender=gender)["given_root"] == root


def test_the_list_of_diminutives_is_sound(desk: Desk) -> None:
    nicknames.load(desk.connection)
    rows = desk.table("nickname_of_gender")
    roots, diminutives = {row["root"] for row in rows}, {row["nickname"] for row in rows}
    assert len(diminutives) >= 300
    assert not roots & diminutives  # a root has no root: one look-up is enough
    assert len({(row["nickname"], row["gender"]) for row in rows}) == len(
        rows
    )  # one root each: no record is doubled
    assert all(name.isascii() and name.isupper() and name.isalpha() for name in roots | diminutives)


def test_other_names_of_the_record_are_kept(desk: Desk) -> None:
    row = one(
        desk,
        given="Anna",
        other="Maria Rose",
        family="Gray",
        former=[("Ó Briain", "Zoë"), ("Unknown", None), ("Gray", "Ann")],
    )
    assert row["other_given_name"] == "MARIA ROSE"
    assert row["former_family_names"] == ["OBRIAIN"]
    assert row["former_given_names"] == ["ANN", "ZOE"]
    assert {"family_name": "Ó BRIAIN", "given_name": "ZOË"} in row["former_names"]


@pytest.mark.parametrize(
    ("sent", "postcode", "outcode"),
    [
        ("sw1a 2aa", "SW1A2AA", "SW1A"),
        ("N1 9GU", "N19GU", "N1"),
        ("SW1A2AA", "SW1A2AA", "SW1A"),
        ("LS1", "LS1", "LS1"),
        ("S01 2AB", "SO12AB", "SO1"),
        ("SO1 2AB", "SO12AB", "SO1"),
        ("S012 3AB", "SO123AB", "SO12"),
        ("CRO 2AB", "CR02AB", "CR0"),
        ("N1O OAB", "N100AB", "N10"),
        ("OX1 OAB", "OX10AB", "OX1"),
        ("0X1 0AB", "OX10AB", "OX1"),
        ("W1A 00X", "W1A0OX", "W1A"),
        ("EC1A 1B0", "EC1A1BO", "EC1A"),
        ("BS0 1AA", "BS01AA", "BS0"),
        ("GIR 0AA", None, None),
        ("ZZ99 3VZ", None, None),
        ("UNKNOWN", None, None),
        ("12345", None, None),
        ("", None, None),
        ("SW1A 2A", None, None),
    ],
)
def test_postcodes_are_repaired_by_position(
    desk: Desk, sent: str, postcode: str | None, outcode: str | None
) -> None:
    row = one(desk, postcode=sent)
    assert (row["postcode"], row["outcode"]) == (postcode, outcode)


def test_former_postcodes_are_kept(desk: Desk) -> None:
    row = one(desk, postcode="N1 9GU", before=["SE1 8UG", "OX1 OAB", "n19gu", "nowhere"])
    assert row["former_postcodes"] == ["OX10AB", "SE18UG"]


@pytest.mark.parametrize(
    ("sent", "parts", "is_whole"),
    [
        ("1950-06-01", (1950, 6, 1), True),
        ("1950-06", (1950, 6, None), False),
        ("1950", (1950, None, None), False),
        (None, (None, None, None), False),
        ("1950-06-01T10:00:00Z", (1950, 6, 1), True),
    ],
)
def test_birth_dates_in_part(desk: Desk, sent: str | None, parts: tuple[Any, ...], is_whole: bool) -> None:
    row = one(desk, birth=sent)
    assert (row["birth_year"], row["birth_month"], row["birth_day"]) == parts
    assert (row["birth_date"] is not None) is is_whole


@pytest.mark.parametrize("status", [None, *(f"0{n}" for n in range(1, 9))])
def test_status_and_what_the_trace_may_trust(desk: Desk, status: str | None) -> None:
    row = one(desk, number=nhs_number(1), status=status)
    assert row["nhs_number_status"] == status
    assert row["nhs_number_outcome"] == ("valid_traced" if status == "01" else "valid_untraced")
    assert row["traceable_number"] == nhs_number(1)


@pytest.mark.parametrize(
    "number", ["4444444444", "9999999999", "9000000009", "4000000004", nhs_number(1)[:9], "5000000013"]
)
def test_a_number_that_cannot_be_one_is_not_traced(desk: Desk, number: str) -> None:
    assert one(desk, number=number, status="01")["traceable_number"] is None


def test_the_hash_is_of_what_linking_reads(desk: Desk) -> None:
    who = {
        "given": "Anna",
        "family": "Gray",
        "birth": "1950-06-01",
        "postcode": "N1 9GU",
        "number": nhs_number(1),
    }
    before = one(desk, **who)
    again = Desk()
    again.asks("somebody-else", given="Beth")
    again.asks("q", **who, source="acute")
    same = again.records()["q"]
    assert same["file_row"] != before["file_row"]
    assert same["content_hash"] == before["content_hash"]
    changes = {
        "given": "Ann",
        "postcode": "N1 9GV",
        "gender": "male",
        "former": [("Young", None)],
        "death": "2020-01-01",
        "before": ["SE1 8UG"],
        "status": "02",
        "marks": ("R",),
        "other": "Mary",
        "birth": "1950-06",
    }
    for name, value in changes.items():
        assert one(Desk(), **{**who, name: value})["content_hash"] != before["content_hash"], name


def test_the_latest_of_an_id_sent_twice_counts_once(desk: Desk) -> None:
    desk.asks("q", given="Anna")
    desk.asks("q", given="Beth")
    desk.records()
    assert [row["given_name"] for row in desk.table("identity_record")] == ["BETH"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ROBERT", "R163"),
        ("RUPERT", "R163"),
        ("RUBIN", "R150"),
        ("ASHCRAFT", "A261"),
        ("ASHCROFT", "A261"),
        ("TYMCZAK", "T522"),
        ("PFISTER", "P236"),
        ("HONEYMAN", "H555"),
        ("LEE", "L000"),
        ("JACKSON", "J250"),
        ("WASHINGTON", "W252"),
        ("GUTIERREZ", "G362"),
        ("LLOYD", "L300"),
        ("VANDEUSEN", "V532"),
        ("WRIGHT", "W623"),
        ("محمد", "محمد"),
        (None, None),
    ],
)
def test_soundex_is_american(desk: Desk, name: str | None, code: str | None) -> None:
    assert desk.connection.execute("select soundex(?)", [name]).fetchone() == (code,)


@pytest.mark.parametrize(
    ("name", "halves"),
    [
        ("SMITH-JONES", ["SMITH", "JONES"]),
        ("SMITH JONES", ["SMITH", "JONES"]),
        ("AL-RASHID", ["RASHID"]),
        ("SMITH", []),
        ("VAN DER BERG", ["BERG"]),
        ("Ó BRIAIN", ["BRIAIN"]),
        (None, []),
    ],
)
def test_halves_of_a_name(desk: Desk, name: str | None, halves: list[str]) -> None:
    assert desk.connection.execute("select name_halves(?)", [name]).fetchone() == (halves,)
