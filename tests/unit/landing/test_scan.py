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
        monkeypatch.setattr("pipeline.landing.signs._BLOCK", size)
        found = scan(path)
        assert (found.records, found.is_quote_open, list(found.blank_lines)) == (
            whole.records,
            whole.is_quote_open,
            list(whole.blank_lines),
        )
    assert whole.records == 4


# text after the header -> whether a value may begin or end with white space
EDGES: dict[str, tuple[str, bool]] = {
    "none": ("1,a b,c\n", False),
    "blank inside of quotes": ('1,"a, b ; c",d\n', False),
    "line feed inside of quotes": ('1,"a\nb, c",d\n2,"e ""f"" g",h\n', False),
    "every field quoted": ('"1","a","b"\n"2","","c"\n', False),
    "before a comma": ("1,a ,b\n", True),
    "behind a comma": ("1,\ta,b\n", True),
    "first in a line": ("1,a,b\n 2,a,b\n", True),
    "last in a line": ("1,a,b \n2,a,b\n", True),
    "last in the file": ("1,a,b ", True),
    "behind an opening quote": ('1," a",b\n', True),
    "before a closing quote": ('1,"a ",b\n', True),
    "before the last quote": ('1,a,"b "', True),
    "line feed behind a quote": ('1,"\na",b\n', True),
    "line feed before a quote": ('1,"a\n",b\n', True),
    "no-break space": ("1,a\u00a0,b\n", True),
    "no-break space first": ('1,"\u00a0a",b\n', True),
    "no-break space inside": ("1,a\u00a0b,à,£\n", False),
}


@pytest.mark.parametrize("case", EDGES)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8 * 1024 * 1024])
def test_white_space_at_the_edge_of_a_value_is_found(
    case: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, is_padded = EDGES[case]
    path = tmp_path / "Contact.csv"
    path.write_bytes(HEADER + text.encode())
    monkeypatch.setattr("pipeline.landing.signs._BLOCK", size)
    found = scan(path).has_blank_edges
    # Where blocks meet it may be said of a value that has none: then its text is looked at in vain.
    assert found or not is_padded
    assert size < 100 or found == is_padded
