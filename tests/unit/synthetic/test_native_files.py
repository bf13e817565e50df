"""Every file of every format, with its exact header, whole rows, and control totals that are true."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

from synthetic.days import date_of
from synthetic.plan import deliveries
from synthetic.span import Span


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_every_file_of_every_format_is_written_with_its_exact_header(economy, headers):
    for source, formats in headers.items():
        for files in formats.values():
            for name, columns in files.items():
                found = (
                    [economy.out / "reference" / name]
                    if source == "reference"
                    else economy.files(source, name)
                )
                assert found, name
                assert all(path.is_file() for path in found), name
                wrong = [path for path in found if rows_of(path)[0] != columns]
                assert not wrong, f"{name}: header differs from the contract"


def test_every_row_has_as_many_fields_as_the_header(economy):
    for path in economy.out.glob("*/*/*/*.csv"):
        lengths = {len(row) for row in rows_of(path)}
        assert len(lengths) == 1, path.name


def test_every_native_file_holds_rows_in_some_extract(economy, headers):
    for source, formats in headers.items():
        for files in formats.values():
            for name in files:
                paths = (
                    [economy.out / "reference" / name]
                    if source == "reference"
                    else economy.files(source, name)
                )
                assert any(len(rows_of(path)) > 1 for path in paths), name


def test_control_totals_are_true_and_some_senders_give_none(economy):
    manifests = sorted(economy.out.glob("*/*/*/manifest.json"))
    assert manifests
    for manifest in manifests:
        for entry in json.loads(manifest.read_text(encoding="utf-8"))["files"]:
            path = manifest.parent / entry["name"]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
            assert len(rows_of(path)) - 1 == entry["rows"], entry["name"]
    assert not (
        economy.files("acute", "APC.csv")[0].parents[1].parent / "R1K" / "2026-03-27" / "manifest.json"
    ).exists()


def test_a_resent_folder_is_identical_to_the_one_it_repeats(economy):
    planned = deliveries(7, Span.until(date(2026, 3, 31), 5))
    resent = [delivery for delivery in planned if delivery.resends is not None]
    assert resent
    for delivery in resent:
        folder = economy.out / delivery.source / delivery.sender
        now, before = (
            folder / date_of(delivery.day).isoformat(),
            folder / date_of(delivery.resends or 0).isoformat(),
        )
        assert {p.name: p.read_bytes() for p in now.iterdir()} == {
            p.name: p.read_bytes() for p in before.iterdir()
        }


def test_a_late_feed_leaves_a_night_out(economy):
    nights = {path.parent.name for path in economy.files("acute", "APC.csv")}
    assert len(nights) == 5
    sent = {path.parent.name for path in economy.files("acute", "APC.csv") if path.parents[1].name == "RAS"}
    assert "2026-03-28" in nights - sent


def test_nothing_is_left_beside_the_folders_of_the_contract(economy):
    assert {path.name for path in economy.out.iterdir()} == {
        "gp", "acute", "community", "mental_health", "social_care", "ambulance", "reference",
        "opt_outs", "truth"}  # fmt: skip


def test_later_nights_carry_updates_and_deletes(economy):
    bulk = "extract_date = (select min(extract_date) from CareRecord_Observation)"
    assert (
        economy.scalar(f"select count(*) from CareRecord_Observation where Deleted = 'true' and {bulk}") == 0
    )
    assert economy.scalar("select count(*) from CareRecord_Observation where Deleted = 'true'") > 0
    assert economy.scalar("select count(*) from SRCode where RemovedData = '1'") > 0
    assert economy.scalar("select count(*) from OP where UpdateType = '1'") > 0
    updated = """select GeneratedRecordIdentifier from OP group by all
        having count(distinct AttendedOrDidNotAttend) > 1"""
    assert economy.scalar(f"select count(*) from ({updated})") > 0
