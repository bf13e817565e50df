"""A marker in every field of bad rows is found in received, typed, fhir and quarantine, and nowhere else."""

from __future__ import annotations

import json
import logging

import pytest

from connectors import registry
from pipeline.errors import WsicError
from pipeline.landing import list_quarantine, load_reference, show_quarantine
from tests.landing_house import PERSON, VISIT, House

MARKER = "Zyxmarker"
BAD_ROWS = (
    f"{MARKER}1,{MARKER},1980-99-99,{MARKER},{MARKER},{MARKER}",
    f"{MARKER}2,{MARKER}",
    f'{MARKER}3,"{MARKER}"{MARKER},1980-02-03,F,false,',
    f",{MARKER},{MARKER},F,false,",
)
ALLOWED = ("landing", "fhir", "quarantine")


def everything_said(house: House) -> str:
    """Every cell of every ledger table, and what the quarantine lists say."""
    tables = {name: house.ledger.query(f"select * from {name}") for name in house.ledger.tables()}
    shown = [show_quarantine(house.zones, house.ledger, file["file_id"]) for file in house.files()]
    return json.dumps([tables, list_quarantine(house.ledger), shown])


def outside_the_zones(house: House) -> list[str]:
    """Files outside the zones that may hold a record, in whose bytes the marker is found."""
    return [
        str(path)
        for path in house.settings.home.rglob("*")
        if path.is_file()
        and path.relative_to(house.settings.home).parts[0] not in ALLOWED
        and MARKER.encode() in path.read_bytes()
    ]


def test_bad_rows_leave_no_value_in_ledger_messages_or_logs(
    house: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    house.send("Person.csv", PERSON, *BAD_ROWS)
    house.send("Visit.csv", VISIT, f"{MARKER},{MARKER},{MARKER},{MARKER},{MARKER},{MARKER}")
    house.send("Staff.csv", f"{MARKER},{MARKER}", f"{MARKER},{MARKER}")
    house.send("Patient.ndjson", f'{{"resourceType": "Patient", "id": "{MARKER} x"}}', f'{{"{MARKER}": ')
    house.send(f"{MARKER}.csv", MARKER)
    house.send(
        "manifest.json", f'{{"files": [{{"name": "Person.csv", "rows": "{MARKER}"}}]}}', on="2026-03-29"
    )
    house.send("Person.csv", PERSON, *BAD_ROWS, on="2026-03-29")
    outcome = house.land()
    said = capfd.readouterr()

    assert outcome.files
    assert MARKER not in everything_said(house)
    assert MARKER not in repr(outcome)
    assert MARKER not in caplog.text + said.out + said.err
    assert outside_the_zones(house) == []


def test_an_error_of_the_engine_shows_no_value(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    casting = {
        "Patient": (
            (
                "",
                """select "FamilyName"::int::varchar as id, _record_id, _file_id, _row, _extract_date
                from "Person" """,
            ),
        )
    }
    monkeypatch.setattr(registry, "mapping_sql", lambda *_: casting)
    house.send("Person.csv", PERSON, f"P1,{MARKER},1980-02-03,F,false,")

    with pytest.raises(WsicError) as raised:
        house.land()
    assert MARKER not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_zones_are_closed_to_others(house: House) -> None:
    house.send("Person.csv", PERSON, "P1,Alder,1980-02-03,F,false,", BAD_ROWS[0])
    house.land()
    for zone in ALLOWED:
        assert (house.settings.home / zone).stat().st_mode & 0o077 == 0
    files = [path for zone in ALLOWED for path in (house.settings.home / zone).rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if path.stat().st_mode & 0o077 and path.suffix == ".parquet"] == []


def test_a_bad_reference_file_is_told_without_its_values(house: House) -> None:
    path = house.extracts / "reference" / "postcodes.csv"
    path.parent.mkdir()
    path.write_text(f"{MARKER},{MARKER}\n{MARKER},x\n", encoding="utf-8")
    found = load_reference(house.settings, house.ledger, run_id="r", extracts=house.extracts)
    assert MARKER not in repr(found) + everything_said(house)


def test_work_folders_are_cleared(house: House) -> None:
    house.send("Person.csv", PERSON, *BAD_ROWS)
    house.land()
    assert list((house.settings.home / "landing" / "work").iterdir()) == []
