"""Whatever the umask that a night was started with, nothing identifiable that it made is open to others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline import audit_log
from pipeline.least_privilege import describe
from pipeline.zones import PRIVATE


def modes(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}


@pytest.mark.parametrize("zone", PRIVATE)
def test_every_file_and_folder_of_a_zone_is_the_pipelines_alone(small_night, zone: str) -> None:
    assert small_night.exit_code == 0, small_night.said
    found = modes(small_night.home / zone)
    assert len(found) > 2 or zone == "quarantine"  # the small night refuses nothing
    assert {path: oct(mode) for path, mode in found.items() if mode & 0o077} == {}
    paths = (small_night.home / zone).rglob("*")
    assert [path for path in paths if path.is_symlink() or path.lstat().st_uid != os.geteuid()] == []


def test_what_is_published_can_be_read_and_not_written(small_night) -> None:
    found = [path for path in (small_night.home / "published").rglob("*") if not path.is_symlink()]
    assert {path.stat().st_mode & 0o777 for path in found if path.is_dir()} == {0o755}
    assert {path.stat().st_mode & 0o777 for path in found if path.is_file()} == {0o444}


def test_nothing_is_left_of_what_spilled_over(small_night) -> None:
    assert list((small_night.home / "identity" / "spill").iterdir()) == []
    assert list((small_night.home / "landing" / "work").iterdir()) == []


def test_the_night_left_evidence_of_its_protection(small_night) -> None:
    entry, *_ = audit_log.entries(small_night.settings, act="zones_protected")  # of its first run
    found = describe(small_night.settings)
    assert entry.details["landlock"] == found.landlock
    assert entry.details["closed"] == 0
    assert entry.details["encryption"] == ("seen" if found.is_encrypted else "not_known")
    assert {zone.mode for zone in found.zones if zone.name != "published"} == {"0700"}
