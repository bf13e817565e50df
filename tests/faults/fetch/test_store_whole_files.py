"""When a file of a store is whole, of which day it is, and what is moved once it is safe here."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fetch_desk import NIGHT, STORE_FEED, WRITTEN, Desk, csv, put
from tests.landing_house import House, declare_sources

DAY = "2026-03-30"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Desk:
    """A deployment that takes what lies there."""
    declare_sources(monkeypatch)
    return Desk(House(tmp_path), STORE_FEED.format(url=folder.as_uri()))


def test_a_file_is_taken_once_it_lies_still(desk: Desk, folder: Path) -> None:
    desk.say(STORE_FEED.format(url=folder.as_uri()).replace("stable_minutes = 0", "stable_minutes = 15"))
    put(folder / "Person.csv", csv(1), at=NIGHT - timedelta(minutes=5))
    assert desk.fetch()[0].files == 0 and desk.arrivals() == ["listed"]
    desk.clock.sleep(11 * 60)
    assert desk.fetch()[0].files == 1


def test_a_store_whose_clock_is_ahead_is_judged_by_ours(desk: Desk, folder: Path) -> None:
    desk.say(STORE_FEED.format(url=folder.as_uri()).replace("stable_minutes = 0", "stable_minutes = 15"))
    put(folder / "Person.csv", csv(1), at=NIGHT + timedelta(minutes=60))
    assert desk.fetch()[0].files == 0
    desk.clock.sleep(16 * 60)
    assert desk.fetch()[0].files == 1


@pytest.mark.parametrize(("marker", "name"), [(".done", "Person.csv.done"), ("_SUCCESS", "_SUCCESS")])
def test_a_file_is_taken_once_its_marker_is_there_and_no_older(
    desk: Desk, folder: Path, marker: str, name: str
) -> None:
    more = f'complete_when = "marker"\nmarker = "{marker}"\n'
    desk.say(STORE_FEED.format(url=folder.as_uri()) + more)
    put(folder / "Person.csv", csv(1))
    assert desk.fetch()[0].files == 0
    put(folder / name, b"", at=WRITTEN - timedelta(minutes=1))  # of the file that lay there before
    assert desk.fetch()[0].files == 0
    put(folder / name, b"", at=WRITTEN + timedelta(minutes=1))
    assert desk.fetch()[0].files == 1 and list(desk.delivered()) == [f"{DAY}/Person.csv"]


def manifest(**files: bytes | str) -> bytes:
    """A manifest with the digests of these contents, or with what is given."""
    digests = {
        name: hashlib.sha256(one).hexdigest() if isinstance(one, bytes) else one
        for name, one in files.items()
    }
    listed = [{"name": f"{name}.csv", "sha256": digest} for name, digest in digests.items()]
    return json.dumps({"files": listed}).encode()


@pytest.fixture
def by_manifest(desk: Desk, folder: Path) -> Desk:
    desk.say(STORE_FEED.format(url=folder.as_uri()) + 'complete_when = "manifest"\nmove_to = "taken"\n')
    return desk


def test_an_extract_is_taken_once_all_that_its_manifest_names_is_there(
    by_manifest: Desk, folder: Path
) -> None:
    desk = by_manifest
    put(folder / "Person.csv", csv(1), at=WRITTEN - timedelta(days=1))
    put(folder / "Other.csv", b"of another extract")
    assert desk.fetch()[0].files == 0
    put(folder / "manifest.json", manifest(Person=csv(1), Person_2=csv(2)))
    assert desk.fetch()[0].files == 0
    put(folder / "Person_2.csv", csv(2))
    assert desk.fetch()[0].lacks == ""
    assert list(desk.delivered()) == [f"{DAY}/Person.csv", f"{DAY}/Person_2.csv", f"{DAY}/manifest.json"]
    assert sorted(path.name for path in folder.iterdir()) == ["Other.csv", "taken"]
    assert desk.land().outcome == "landed" and desk.people() == [1, 2]


def test_a_file_that_its_manifest_does_not_know_is_left_with_its_folder(
    by_manifest: Desk, folder: Path
) -> None:
    put(folder / "Person.csv", csv(1))
    put(folder / "Person_2.csv", csv(2))
    put(folder / "manifest.json", manifest(Person=csv(1), Person_2="0" * 64))
    assert "its content is not the one that the manifest names, 3 times" in by_manifest.lacks()
    assert f"{DAY}/Person_2.csv" not in by_manifest.delivered() and (folder / "Person.csv").exists()
    put(folder / "manifest.json", manifest(Person=csv(1), Person_2=csv(2)), at=WRITTEN + timedelta(hours=1))
    assert by_manifest.lacks() == "" and [path.name for path in folder.iterdir()] == ["taken"]


def test_a_manifest_that_is_not_in_form_holds_up_its_own_folder_only(by_manifest: Desk, folder: Path) -> None:
    put(folder / "a" / "manifest.json", b'{"files": [')
    put(folder / "a" / "Person.csv", csv(1))
    put(folder / "b" / "manifest.json", manifest(Person=csv(2)))
    put(folder / "b" / "Person.csv", csv(2))
    assert "1 file left: the manifest of its folder is not in form" in by_manifest.lacks()
    assert by_manifest.delivered()[f"{DAY}/Person.csv"] == csv(2)


def test_taken_files_are_moved_only_where_that_is_said_and_over_nothing(desk: Desk, folder: Path) -> None:
    desk.say(STORE_FEED.format(url=folder.as_uri()) + 'move_to = "taken"\ncomplete_when = "marker"\n')
    put(folder / "taken" / "Person.csv", b"of an earlier day")
    put(folder / "Person.csv", csv(1))
    put(folder / "Person.csv.done", b"")
    put(folder / "Visit.csv", b"not whole yet")
    assert desk.fetch()[0].lacks == ""
    assert (folder / "taken" / "Person.csv").read_bytes() == b"of an earlier day"
    assert csv(1) in [path.read_bytes() for path in (folder / "taken").iterdir()]
    assert [path.name for path in sorted(folder.glob("*.*"))] == ["Visit.csv"]


def test_the_date_may_stand_in_the_folder_or_in_the_name(desk: Desk, folder: Path) -> None:
    text = STORE_FEED.format(url=folder.as_uri())
    desk.say(text + 'extract_date = "folder"\n')
    put(folder / "2026-03-28" / "Person.csv", csv(1))
    put(folder / "late" / "Person_2.csv", csv(2))
    put(folder / "2026-13-01" / "Person.csv", csv(3))
    said = desk.lacks()
    assert "it has no date, or more than one, as the name of a folder above it; valid: one YYYY-MM-DD" in said
    assert "is none of the calendar" in said
    assert list(desk.delivered()) == ["2026-03-28/Person.csv"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("Person_9.csv", csv(9))
    desk.say(text.replace('name = "drop"', 'name = "drop-2"') + 'extract_date = "name"\n')
    put(folder / "extract_20260327.zip", archive.getvalue())
    desk.lacks()
    assert "2026-03-27/extract_20260327.zip" in desk.delivered()
    desk.land()
    assert desk.people() == [1, 9]
