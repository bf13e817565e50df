"""What lands lies in the order of the file, whatever of it was refused and however many threads wrote it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline.landing import sieve
from tests.landing_house import PERSON, House, person, rows_of

_ROWS = 140_000  # more than one row group: from there on threads share the work
_ENCOUNTERS = 5_000  # more than two batches of the engine
_SOUND = (
    '{"resourceType": "Encounter", "id": "e%d", "status": "finished", "class": {"code": "AMB"}, '
    '"subject": {"reference": "Patient/p1"}, "period": {"start": "2026-01-02"}%s}'
)


def landed_rows(house: House) -> list[int]:
    """``_row`` of the rows that landed, as they lie in their one file."""
    (path,) = house.zones.typed.rglob("*.parquet")
    with duckdb.connect() as con:
        con.execute("set threads = 1")
        return [row for (row,) in con.execute("select _row from read_parquet(?)", [str(path)]).fetchall()]


def test_rows_of_a_native_file_keep_their_order_behind_refused_lines_and_rows(house: House) -> None:
    house.settings = replace(house.settings, threads=2)
    lines = [person(number) for number in range(_ROWS)]
    lines[10] = "P10,too,few"
    lines[500] = person(500, born="2026-02-30")
    lines[130_000] = 'P130000,"a"b,1980-02-03,F,false,'
    lines[130_001] = person(130_001, born="")
    house.send("Person.csv", PERSON, *lines)
    house.receive()
    refused = {11, 501, 130_001, 130_002}
    assert {row[0] for row in house.quarantined()} == refused
    assert landed_rows(house) == [row for row in range(1, _ROWS + 1) if row not in refused]
    assert not house.unbalanced()


@pytest.mark.parametrize("large_from", [0, 1 << 40], ids=["told apart", "in one piece"])
def test_records_keep_their_order_around_refused_ones(
    house: House, monkeypatch: pytest.MonkeyPatch, large_from: int
) -> None:
    monkeypatch.setattr(sieve, "LARGE_FROM", large_from)
    house.settings = replace(house.settings, threads=2)
    lines = [_SOUND % (number, "") for number in range(_ENCOUNTERS)]
    lines[7] = lines[7].replace("2026-01-02", "2026-02-30")
    lines[2_500] = lines[2_500].replace('"class": {"code": "AMB"}', '"class": "AMB"')
    lines[2_501] = _SOUND % (2_501, ', "serviceType": {"text": "null and []"}')  # a suspect that is sound
    house.send("Encounter.ndjson", *lines, feed="acute/X01")
    house.receive("acute/X01")
    refused = {8, 2_501}
    assert {row[0] for row in house.quarantined()} == refused
    assert landed_rows(house) == [row for row in range(1, _ENCOUNTERS + 1) if row not in refused]
    assert not house.unbalanced()


@pytest.mark.parametrize("large_from", [0, 1 << 40], ids=["told apart", "in one piece"])
def test_a_unit_separator_refuses_its_line_alone(
    house: House, monkeypatch: pytest.MonkeyPatch, large_from: int
) -> None:
    """JSON has no control character in a text (RFC 8259, section 7) unless it is spelt as an escape."""
    monkeypatch.setattr(sieve, "LARGE_FROM", large_from)
    said = ["", ', "serviceType": {"text": "a\x1fb"}', ', "serviceType": {"text": "a\\u001fb"}', *[""] * 9]
    lines = [_SOUND % (number, text) for number, text in enumerate(said)]
    lines[5] += "\x1f"
    house.send("Encounter.ndjson", *lines, feed="acute/X01")
    house.receive("acute/X01")
    (path,) = house.zones.quarantine.rglob("*.parquet")
    assert rows_of(path, "_row, rule_id, raw") == [
        (2, "malformed_json", lines[1]),
        (6, "malformed_json", lines[5]),
    ]
    assert landed_rows(house) == [row for row in range(1, len(lines) + 1) if row not in (2, 6)]


def test_a_unit_separator_in_a_native_file_is_text(house: House, tmp_path: Path) -> None:
    house.send("Person.csv", PERSON, person(1, name="a\x1fb"), person(2))
    house.receive()
    assert landed_rows(house) == [1, 2]
