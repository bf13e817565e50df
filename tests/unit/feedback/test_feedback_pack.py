"""What a sender hears: three outcomes, rows by number, what was lost to each rule, and how nights compare."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.feedback import Pack, list_feedback, read_feedback
from pipeline.feedback.workbook import write_workbook
from pipeline.landing import Feed
from tests.landing_house import PERSON, VISIT, House, people, person, visit

Tell = Callable[..., Pack]


def rules(pack: Pack) -> dict[tuple[str, str, str], tuple[int, int, int]]:
    """(outcome, rule, column) -> rows, rows lost, rows lost to it alone."""
    return {
        (rule["outcome"], rule["rule"], rule["column"]): (
            rule["rows"],
            rule["rows_lost"],
            rule["rows_lost_to_this_alone"],
        )
        for rule in pack.rules
    }


def test_all_three_outcomes_of_one_file_are_told_at_once(house: House, tell: Tell) -> None:
    house.send("Person.csv", PERSON, *people(1))
    wrong = [visit(1, reason="Z"), visit(2, reason="Z", seen="soon"), visit(3, minutes="-5"), "V4"]
    house.send("Visit.csv", VISIT, *wrong)
    pack = tell()

    assert rules(pack) == {
        ("row refused", "unknown_code", "Reason"): (2, 2, 1),
        ("row refused", "malformed_date", "Seen"): (1, 1, 0),
        ("row refused", "wrong_field_count", ""): (1, 1, 1),
        ("warning", "negative_minutes", "Minutes"): (1, 0, 0),
    }
    assert [(row["row"], row["line"], row["column"], row["rule"]) for row in pack.rows] == [
        (1, None, "Reason", "unknown_code"),
        (2, None, "Seen", "malformed_date"),
        (2, None, "Reason", "unknown_code"),
        (4, 5, "", "wrong_field_count"),
    ]
    assert pack.night["rows_lost"] == 3
    assert "YYYY-MM-DD" in next(rule["meaning"] for rule in pack.rules if rule["rule"] == "malformed_date")


def test_a_refused_file_says_which_rule_alone_keeps_it_out(house: House, tell: Tell) -> None:
    bad = [person(number, born="never") for number in range(30, 45)]
    house.send("Person.csv", PERSON, *people(*range(30)), *bad)
    pack = tell()

    assert [file["outcome"] for file in pack.files] == ["file refused"]
    assert rules(pack) == {
        ("file refused", "too_many_refused_rows", ""): (45, 45, 30),
        ("row refused", "malformed_date", "Born"): (15, 15, 45),  # mended, the whole file is let in
    }


def test_two_reasons_to_refuse_a_file_are_lost_to_neither_alone(house: House, tell: Tell) -> None:
    house.send("Person.csv", PERSON, *people(1, 2))
    wrong = {"files": [{"name": "Person.csv", "rows": 3, "sha256": "0" * 64}]}
    house.send("manifest.json", json.dumps(wrong))
    assert rules(tell()) == {
        ("file refused", "control_total_rows", ""): (2, 2, 0),
        ("file refused", "control_total_sha256", ""): (2, 2, 0),
    }


def test_nights_are_compared_and_what_was_mended_is_said(house: House, tell: Tell) -> None:
    first = [person(1, born="never"), person(2, born="never"), ",Alder,1980-02-03,F,false,"]
    for day, lines in (
        ("2026-03-28", first),
        ("2026-03-29", [person(1, born="never"), *people(3)]),
        ("2026-03-30", people(1, 2)),
    ):
        house.send("Person.csv", PERSON, *lines, on=day)
        pack = tell()
        if day == "2026-03-28":
            assert {rule["trend"] for rule in pack.rules} == {"new"}
        if day == "2026-03-29":
            (rule,) = pack.rules
            assert (rule["rows_last_time"], rule["trend"]) == (2, "fewer")
            assert [row["rule"] for row in pack.mended] == ["missing_key"]
    assert [row["rule"] for row in pack.mended] == ["malformed_date"]
    assert [(night["rows_in"], night["rows_lost"], night["share_lost"]) for night in pack.nights] == [
        (3, 3, 1.0),
        (2, 1, 0.5),
        (2, 0, 0.0),
    ]


def test_a_night_in_which_nothing_came_is_told_too(house: House, tell: Tell) -> None:
    house.send("Person.csv", PERSON, *people(1))
    tell()
    pack = tell()
    assert (pack.files, pack.rules, pack.rows) == ([], [], [])
    assert [part["outcome"] for part in pack.night["feeds"]] == ["unchanged"]


def test_rows_beyond_the_first_of_a_rule_are_counted_and_not_listed(
    house: House, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.feedback.gather.ROWS_AT_MOST", 2)
    house.send("Person.csv", PERSON, *(person(number, born="never") for number in range(5)))
    pack = tell()
    assert [row["row"] for row in pack.rows] == [1, 2]
    assert pack.rules[0]["rows_lost"] == 5


def test_packs_are_listed_newest_first_and_one_that_is_not_there_is_told(house: House, tell: Tell) -> None:
    house.send("Person.csv", PERSON, *people(1))
    tell()
    tell()
    packs = list_feedback(house.settings)

    assert [pack.run_id for pack in packs] == ["run-2", "run-1"]
    files = [path for pack in packs for path in (pack.path, pack.workbook)]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert read_feedback(house.settings, feed=Feed("gp", "X01"), run_id="run-1").night["rows_in"] == 1
    with pytest.raises(UsageError, match="feedback list"):
        read_feedback(house.settings, feed=Feed("gp", "X99"))


def test_the_workbook_holds_every_table_and_no_formula(house: House, tell: Tell, tmp_path: Path) -> None:
    house.send("Person.csv", PERSON, person(1, born="never"), person(2, sex="Q"))
    house.send("=cmd.csv", "a")
    pack = tell()
    path = tmp_path / "pack.xlsx"
    write_workbook(pack, path)

    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        names = re.findall(r'<sheet name="(\w+)"', book.read("xl/workbook.xml").decode())
        text = book.read("xl/sharedStrings.xml").decode()
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
    assert names == ["Summary", "Files", "Rules", "Mended", "References", "Nights", "Rows"]
    assert "malformed_date" in text
    assert "unknown_code" in text
    assert not [sheet for sheet in sheets if "<f>" in sheet]
    before = path.read_bytes()
    write_workbook(pack, path)
    assert path.read_bytes() == before


def test_the_lines_and_the_pack_are_the_same(house: House, tell: Tell) -> None:
    house.send("Person.csv", PERSON, person(1, born="never"))
    tell()
    (kept,) = list_feedback(house.settings)
    lines = [json.loads(line) for line in kept.path.read_text(encoding="utf-8").splitlines()]
    assert [line["kind"] for line in lines] == ["pack", "file", "rule", "night", "row"]
    assert lines[0]["version"] == 1
