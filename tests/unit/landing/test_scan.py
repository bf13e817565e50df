"""The independent count of CSV records, and the rows that the reader gives: a table of awkward files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import duck
from pipeline.landing.read_csv import normalised, read_rows
from pipeline.landing.scan import scan
from pipeline.settings import Settings
from tests.landing_house import RETURNS

HEADER = b"ContactId,PersonId,Status\n"
CONTACTS = RETURNS.file("Contact.csv")

# text after the header -> (first column by row number, refused lines by row number)
CASES: dict[str, tuple[bytes, dict[int, str], dict[int, str]]] = {
    "plain": (b"1,a,b\n2,a,b\n", {1: "1", 2: "2"}, {}),
    "last line not ended": (b"1,a,b\n2,a,b", {1: "1", 2: "2"}, {}),
    "blank lines": (b"\n1,a,b\n\n\n2,a\n\n3,a,b\n", {1: "1", 3: "3"}, {2: "wrong_field_count"}),
    "newline in quotes": (b'1,"a\n\nb",c\n2,a\n3,a,b\n', {1: "1", 3: "3"}, {2: "wrong_field_count"}),
    "carriage returns": (b'1,"a\r\nb",c\r\n2,a\r\n\r\n3,a,b\r\n', {1: "1", 3: "3"}, {2: "wrong_field_count"}),
    "old line ends": (b"1,a,b\r2,a,b\r", {1: "1", 2: "2"}, {}),
    "inches": (b'1,5\'6",b\n2,x"y"z,b\n', {1: "1", 2: "2"}, {}),
    "doubled quotes": (b'1,"a""b",c\n2,"""",c\n', {1: "1", 2: "2"}, {}),
    "text after a quote": (b'1,"a"b,c\n2,a,b\n', {2: "2"}, {1: "malformed_quote"}),
    "a stray quote meets another": (
        b'1,a,b\n2,"a,b\n3,a,b\n4,"q",b\n5,a,b\n',
        {1: "1", 5: "5"},
        {2: "malformed_quote", 3: "malformed_quote", 4: "malformed_quote"},
    ),
    "an open quote at the end": (
        b'1,a,b\n2,a,"b\n3,a,b',
        {1: "1"},
        {2: "malformed_quote", 3: "malformed_quote"},
    ),
    "a lone quote": (b'1,a,b\n"', {1: "1"}, {2: "malformed_quote"}),
    "not UTF-8": (b"1,a,b\n2,\xff,b\n3,a,b\n", {1: "1", 3: "3"}, {2: "invalid_encoding"}),
    "empty fields": (b',,\n"","",""\n', {1: None, 2: None}, {}),  # type: ignore[dict-item]
    "no row": (b"", {}, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_rows_keep_their_numbers_and_none_is_lost(case: str, tmp_path: Path) -> None:
    text, received, refused = CASES[case]
    path = tmp_path / "Contact.csv"
    path.write_bytes((HEADER.replace(b"\n", b"\r") if case == "old line ends" else HEADER) + text)
    with duck.connect(Settings(home=tmp_path, memory_limit="500MB", threads=1)) as con:
        clean = normalised(path, tmp_path)
        read_rows(con, clean, tmp_path, names=["ContactId", "PersonId", "Status"], file=CONTACTS)
        got = con.execute('select _row, "ContactId" from checked order by 1').fetchall()
        lines = con.execute("select _row, rule_id from refused_lines order by 1").fetchall()

    assert (dict(got), dict(lines)) == (received, refused)
    assert sorted([*received, *refused]) == list(range(1, len(received) + len(refused) + 1))


def test_records_are_counted_over_the_edge_of_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'a,b\n1,"p\n""q"\n\n2,z"z\n"3",""\n')
    whole = scan(path)
    for size in range(1, 12):
        monkeypatch.setattr("pipeline.landing.scan._BLOCK", size)
        found = scan(path)
        assert (found.records, found.is_quote_open, list(found.blank_lines)) == (
            whole.records,
            whole.is_quote_open,
            list(whole.blank_lines),
        )
    assert whole.records == 4
