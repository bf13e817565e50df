"""Rows that arrive wrong, cut short or in another encoding: its rule, a clear message, and nothing lost.

Each test says what is refused, what still counts, and that the rows balance.
"""

from __future__ import annotations

import pytest

from tests.landing_house import PERSON, VISIT, House, people, person, visit

# -- a truncated file ------------------------------------------------------------------------------


def test_a_last_line_cut_short_is_quarantined_with_its_line(house: House) -> None:
    text = "\n".join([PERSON, *people(1, 2, 3)])
    house.send("Person.csv", content=text[: -len("2-03,F,false,")].encode())
    outcome = house.land()

    assert (outcome.files[0].rows_in, outcome.files[0].rows_quarantined) == (3, 1)
    assert house.rules("Person.csv") == {"wrong_field_count": 1, "last_line_not_ended": 1}
    assert house.quarantined() == [(3, 4, None, "wrong_field_count")]


def test_a_quote_never_closed_quarantines_every_line_that_it_swallowed(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1), 'P2,"Alder,1980-02-03,F,false,', *people(3))
    outcome = house.land()

    assert (outcome.files[0].rows_in, outcome.files[0].rows_quarantined) == (3, 2)
    assert house.quarantined() == [(2, 3, None, "malformed_quote"), (3, 4, None, "malformed_quote")]


def test_a_quote_that_swallows_most_of_a_file_refuses_it(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1), 'P2,"Alder,1980-02-03,F,false,', *people(*range(3, 2000)))
    outcome = house.land()

    assert house.rules("Person.csv").keys() == {"unreadable_file"}
    assert (outcome.files[0].outcome, outcome.files[0].rows_landed) == ("refused", 0)


# -- wrong encoding --------------------------------------------------------------------------------


def test_rows_that_are_not_utf_8_are_quarantined(house: House) -> None:
    lines = [
        PERSON.encode(),
        *(line.encode() for line in people(*range(1, 10))),
        "P99,Zoë,1980-02-03,F,false,".encode("cp1252"),
    ]
    house.send("Person.csv", content=b"\n".join(lines) + b"\n")
    outcome = house.land()

    assert (outcome.files[0].outcome, outcome.files[0].rows_quarantined) == ("landed", 1)
    assert house.quarantined() == [(10, 11, None, "invalid_encoding")]


def test_a_file_mostly_not_utf_8_is_refused(house: House) -> None:
    rows = "".join(f"P{number},Zoë,1980-02-03,F,false,\n" for number in range(20))
    house.send("Person.csv", content=f"{PERSON}\n{rows}".encode("cp1252"))
    outcome = house.land()

    assert house.rules("Person.csv") == {"invalid_encoding": 20, "too_many_refused_rows": 20}
    assert outcome.files[0].outcome == "refused"
    assert not house.unbalanced()


def test_utf_16_is_refused(house: House) -> None:
    house.send("Person.csv", content=f"{PERSON}\n{person(1)}\n".encode("utf-16"))
    assert house.land().files[0].message.startswith(("invalid_encoding", "missing_column"))


# -- rows ------------------------------------------------------------------------------------------


def test_a_row_with_a_wrong_number_of_fields_is_quarantined_with_its_physical_line(house: House) -> None:
    house.send(
        "Person.csv",
        PERSON,
        'P1,"Al\nder",1980-02-03,F,false,',
        "",
        "P2,Alder",
        *people(3),
        "P4,a,b,c,d,e,f,g",
    )
    outcome = house.land()

    assert (outcome.files[0].rows_in, outcome.files[0].rows_landed) == (4, 2)
    assert house.quarantined() == [(2, 5, None, "wrong_field_count"), (4, 7, None, "wrong_field_count")]
    assert house.current() == [("P1", 1, False), ("P3", 3, False)]


@pytest.mark.parametrize("born", ["1980-02-30", "03/02/1980", "0080-02-03", "yesterday"])
def test_an_impossible_date_is_quarantined_with_its_column(house: House, born: str) -> None:
    house.send("Person.csv", PERSON, person(1), person(2, born=born))
    house.land()
    assert house.quarantined() == [(2, None, "Born", "malformed_date")]


def test_an_unknown_code_is_a_warning_or_refuses_the_row_as_declared(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, sex="Q"))
    house.send("Visit.csv", VISIT, visit(1, reason="Z"), visit(2))
    house.land()

    assert house.rules("Person.csv") == {"unknown_code": 1}
    assert house.current() == [("P1", 1, False), ("P1", 2, False)]
    assert house.quarantined() == [(1, None, "Reason", "unknown_code")]


def test_a_missing_key_or_required_value_is_quarantined(house: House) -> None:
    house.send("Person.csv", PERSON, ",Alder,1980-02-03,F,false,", "P2,Alder,,F,false,", "P3,,,,true,")
    house.land()
    assert house.rules("Person.csv").keys() == {"missing_key", "missing_required"}
    assert sorted({row[0] for row in house.quarantined()}) == [1, 2]  # the tombstone needs only its key


def test_a_number_that_is_none_is_lost_with_a_warning_where_so_declared(house: House) -> None:
    house.send("Person.csv", PERSON, *people(1))
    house.send("Visit.csv", VISIT, visit(1, minutes="soon"), visit(2, minutes="-5"))
    outcome = house.land()

    assert house.rules("Visit.csv") == {"malformed_integer": 1, "negative_minutes": 1}
    assert outcome.files[1].rows_quarantined == 0


def test_of_a_key_twice_in_a_file_the_later_row_counts_and_the_earlier_is_superseded(house: House) -> None:
    house.send("Person.csv", PERSON, person(1, name="Ash"), *people(2), person(1, name="Birch"))
    house.land()

    assert house.rules("Person.csv") == {"duplicate_key": 1}
    assert house.fhir("Patient", "name[1].family, _row") == [("Alder", 2), ("Birch", 3)]
    stage = house.ledger.query("select rows_in, rows_out, rows_superseded from stage where stage = 'current'")
    assert stage == [{"rows_in": 3, "rows_out": 2, "rows_superseded": 1}]


def test_a_file_with_too_many_bad_rows_is_refused_whole(house: House) -> None:
    house.send("Person.csv", PERSON, *people(*range(30)), *(person(n, born="never") for n in range(30, 45)))
    outcome = house.land()

    assert house.rules("Person.csv") == {"malformed_date": 15, "too_many_refused_rows": 45}
    assert (outcome.outcome, outcome.files[0].rows_quarantined) == ("refused", 45)
    assert not house.unbalanced()
