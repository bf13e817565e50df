"""Files as senders' tools write them: compressed, split, with delimiters and totals behind, in any case.

Each test says what is taken in, what is refused, and that the rows balance.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest

from tests.landing_house import CONTACT, EVENT, PERSON, House, people, person

ROWS = ("P1,Alder,1980-02-03,F,false,", "P2,Alder,1980-02-03,F,false,")


def text(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def zipped(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def stood(house: House) -> int:
    assert not house.unbalanced()
    return len(house.fhir("Patient", "id"))


# -- line ends, delimiters, totals -----------------------------------------------------------------


def test_carriage_returns_and_a_byte_order_mark_are_no_part_of_the_data(house: House) -> None:
    house.send("Person.csv", content=b"\xef\xbb\xbf" + text(PERSON, *ROWS).replace(b"\n", b"\r\n"))
    house.land()
    assert stood(house) == 2
    assert house.rules("Person.csv") == {}


def test_quoted_line_ends_and_commas_stay_in_their_field(house: House) -> None:
    house.send("Person.csv", PERSON, 'P1,"Al,\nder",1980-02-03,F,false,', ROWS[1])
    house.land()
    assert house.fhir("Patient", "name[1].family") == [("Al,\nder",), ("Alder",)]


@pytest.mark.parametrize("header", [PERSON, f"{PERSON},"])
def test_a_comma_behind_every_row_is_a_warning(house: House, header: str) -> None:
    house.send("Person.csv", header, *(f"{row}," for row in ROWS))
    house.land()
    assert stood(house) == 2
    assert house.rules("Person.csv") == {"trailing_delimiter": 1}


def test_a_value_behind_the_last_column_refuses_the_file(house: House) -> None:
    house.send("Person.csv", f"{PERSON},", f"{ROWS[0]},", f"{ROWS[1]},moved")
    assert house.land().outcome == "refused"
    assert house.rules("Person.csv") == {"trailing_delimiter": 1, "value_without_column": 1}


@pytest.mark.parametrize("trailer", ["TOTAL,2", "Total rows,2,,,,", '"TRAILER","2"', "EOF", "Record count,2"])
def test_a_total_at_the_end_is_no_row(house: House, trailer: str) -> None:
    house.send("Person.csv", PERSON, *ROWS, trailer, "")
    outcome = house.land()
    assert stood(house) == 2
    assert outcome.files[0].rows_in == 2
    assert house.rules("Person.csv") == {"trailing_total": 1}


def test_a_total_that_is_not_the_number_of_rows_refuses_the_file(house: House) -> None:
    house.send("Person.csv", PERSON, *ROWS, "TOTAL,3")
    assert house.land().outcome == "refused"
    assert house.rules("Person.csv") == {"trailing_total": 1, "trailing_total_differs": 2}


def test_a_last_row_that_only_looks_like_a_total_stays_a_row(house: House) -> None:
    house.send("Person.csv", PERSON, *ROWS, "Total,Alder,1980-02-03,F,false,")
    house.land()
    assert stood(house) == 3


# -- compressed, split, in capitals ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["PERSON.CSV", "Person.csv.gz", "person.CSV.GZ", "Person_1.csv"])
def test_a_name_in_any_case_compressed_or_of_a_part_is_known(house: House, name: str) -> None:
    content = text(PERSON, *ROWS)
    house.send(name, content=gzip.compress(content) if name.lower().endswith(".gz") else content)
    house.land()
    assert stood(house) == 2


def test_fhir_files_in_capitals_are_known(house: House) -> None:
    house.send("PATIENT.PART1.NDJSON", '{"resourceType": "Patient", "id": "a"}', feed="acute/X04")
    house.land("acute/X04")
    assert house.fhir("Patient", "id", "acute/X04") == [("a",)]


@pytest.mark.parametrize("cut", [12, 25])
def test_a_gzip_cut_short_refuses_the_file(house: House, cut: int) -> None:
    house.send("Person.csv.gz", content=gzip.compress(text(PERSON, *people(*range(50))))[:-cut])
    assert house.land().outcome == "refused"
    assert house.rules("Person.csv.gz") == {"unreadable_file": 0}


def test_an_archive_stands_for_its_files_and_they_are_known_when_sent_plain(house: House) -> None:
    listed = json.dumps({"files": [{"name": "Person.csv", "rows": 2}]}).encode()
    content = {"day/Person.csv": text(PERSON, *ROWS), "manifest.json": listed, "__MACOSX/._x": b"x"}
    path = house.send("extract.ZIP", content=zipped(**content))
    house.land()
    assert stood(house) == 2
    path.unlink()
    house.send("Person.csv", PERSON, *ROWS)
    assert house.land().seen_before == 1


def test_a_manifest_in_an_archive_is_met(house: House) -> None:
    listed = json.dumps({"files": [{"name": "Person.csv", "rows": 3}]}).encode()
    house.send("extract.zip", content=zipped(**{"Person.csv": text(PERSON, *ROWS), "manifest.json": listed}))
    house.land()
    assert house.rules("Person.csv") == {"control_total_rows": 2}


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and nothing more",
        zipped(**{"Person.csv": text(PERSON, *ROWS)})[:-30],
        zipped(**{"a/Person.csv": b"x", "b/Person.csv": b"y"}),
        zipped(**{"inner.zip": zipped(**{"Person.csv": b"x"})}),
        zipped(**{"Person.csv": b"0" * 50_000_000}),
        zipped(),
    ],
    ids=["no archive", "cut short", "one name twice", "archive in archive", "bomb", "empty"],
)
def test_an_archive_that_cannot_be_trusted_is_refused_whole(
    house: House, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.landing.unpack._TIMES_AT_MOST", 500)
    house.send("extract.zip", content=content)
    house.send("Visit.csv", "VisitId,PersonId,Seen,Reason,Minutes,Deleted", "V1,P1,2026-01-02,A,10,false")
    outcome = house.land()
    assert [file.outcome for file in outcome.files] == ["landed", "refused"]
    assert outcome.files[1].message.startswith("unreadable_archive")
    assert not house.unbalanced()


def test_the_parts_of_a_split_file_count_together(house: House) -> None:
    feed = "community/X03"
    for day, parts in (("2026-02-20", {1: ["C1,P1,x"], 2: ["C2,P1,x"]}), ("2026-03-20", {1: ["C3,P1,x"]})):
        house.send("Head.csv", "Start", "2026-01-01", feed=feed, on=day)
        for number, rows in parts.items():
            house.send(f"Contact_{number}of2.csv", CONTACT, *rows, feed=feed, on=day)
        house.land(feed)
        expected = [("C1",), ("C2",)] if day == "2026-02-20" else [("C3",)]
        assert house.fhir("Encounter", "id", feed) == expected
    assert not house.unbalanced()


def test_the_parts_of_a_snapshot_whose_rows_name_the_period_count_together(house: House) -> None:
    feed = "social_care/X05"
    house.send("Event.part1.csv", EVENT, "P1,a,2026-01-01,x", feed=feed)
    house.send("Event.part2.csv", EVENT, "P2,a,2026-01-01,x", feed=feed)
    house.land(feed)
    assert [row[0] for row in house.current(feed)] == ["P1", "P2"]
    house.send("Event.part2.csv", EVENT, "P3,a,2026-01-01,x", feed=feed)
    house.land(feed)
    assert [row[0] for row in house.current(feed)] == ["P1", "P3"]
    assert not house.unbalanced()


# -- drift of the schema ---------------------------------------------------------------------------


def test_a_column_of_another_kind_refuses_the_file_and_says_what_came(house: House) -> None:
    house.send("Person.csv", PERSON, *(person(number, born="03/02/1980") for number in range(20)))
    outcome = house.land()
    assert outcome.outcome == "refused"
    assert "Born: declared as date, and came as DD/MM/YYYY" in outcome.message
    assert house.rules("Person.csv")["retyped_column"] == 20


def test_a_column_that_only_warns_refuses_the_file_when_all_are_of_another_kind(
    house: House,
) -> None:
    visits = (f"V{number},P1,2026-01-02,A,ten,false" for number in range(12))
    house.send("Visit.csv", "VisitId,PersonId,Seen,Reason,Minutes,Deleted", *visits)
    assert house.land().outcome == "refused"
    assert house.rules("Visit.csv") == {"malformed_integer": 12, "retyped_column": 12}


def test_rows_are_judged_even_where_the_header_is_refused(house: House) -> None:
    header = PERSON.replace("FamilyName", "Surname")
    house.send("Person.csv", header, person(1), person(2, born="never"), person(3, sex="Q"), "P4")
    outcome = house.land()
    assert outcome.files[0].rows_landed == 0
    assert house.rules("Person.csv") == {
        "missing_column": 4, "malformed_date": 1, "unknown_code": 1, "wrong_field_count": 1,
    }  # fmt: skip
    assert not house.unbalanced()
