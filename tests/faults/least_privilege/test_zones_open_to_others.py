"""Zones that somebody opened, wrote into or led elsewhere: closed where that mends it, refused where not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline import audit_log
from pipeline.errors import SetupError
from pipeline.least_privilege import Account, close_zones
from pipeline.least_privilege import modes as room
from pipeline.run import close_run, open_run
from pipeline.settings import Settings
from pipeline.zones import PRIVATE, Zones

NIGHT = date(2026, 3, 31)
DBT = Account("dbt", 60123, 60124)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home with a folder and a file in every zone, all of them closed."""
    before = os.umask(0o077)
    zones = Zones(tmp_path / "home").create()
    for name in (*PRIVATE, "published"):
        deep = zones.home / name / "deep" / "deeper"
        deep.mkdir(parents=True)
        (deep / "file").touch()
    yield zones.home
    os.umask(before)


def modes_of(zone: Path) -> set[int]:
    return {path.lstat().st_mode & 0o777 for path in (zone, *zone.rglob("*"))}


@pytest.mark.parametrize("zone", PRIVATE)
@pytest.mark.parametrize(
    ("path", "mode"), [("", 0o755), ("deep", 0o711), ("deep/deeper/file", 0o640), ("deep/deeper/file", 0o604)]
)
def test_what_stands_open_is_closed_and_counted(home: Path, zone: str, path: str, mode: int) -> None:
    (home / zone / path).chmod(mode)
    found = {one.name: (one.seen, one.wide) for one in close_zones(home)}
    assert found.pop(zone) == (4, 1)
    assert set(found.values()) == {(4, 0)}
    assert modes_of(home / zone) == {0o700, 0o600}


def test_a_zone_that_anybody_may_write_to_is_seen_before_what_lies_in_it(home: Path) -> None:
    (home / "identity").chmod(0o777)
    close_zones(home)
    assert modes_of(home / "identity") == {0o700, 0o600}


def test_products_stay_readable_and_can_be_written_by_nobody_else(home: Path) -> None:
    (home / "published").chmod(0o775)
    (home / "published" / "deep").chmod(0o757)
    file = home / "published" / "deep" / "deeper" / "file"
    file.chmod(0o444)
    close_zones(home)
    assert (home / "published").stat().st_mode & 0o777 == 0o755
    assert (home / "published" / "deep").stat().st_mode & 0o777 == 0o755
    assert file.stat().st_mode & 0o777 == 0o444


def test_a_home_that_others_may_write_to_is_closed_to_them(home: Path) -> None:
    home.chmod(0o777)
    close_zones(home)
    assert home.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("zone", [*PRIVATE, "published"])
def test_a_link_that_leads_out_of_its_zone_is_refused(home: Path, tmp_path: Path, zone: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (home / zone / "deep" / "away").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match=f"{zone}: 1 links lead out of the zone"):
        close_zones(home)


def test_a_link_from_one_zone_into_another_is_refused_and_one_within_its_own_is_not(home: Path) -> None:
    (home / "published" / "deep" / "current").symlink_to("deeper/file")
    assert close_zones(home)
    (home / "published" / "deep" / "leak").symlink_to(home / "landing" / "deep")
    with pytest.raises(SetupError, match="published: 1 links"):
        close_zones(home)


def test_a_zone_on_a_volume_of_its_own_may_be_linked_to(home: Path, tmp_path: Path) -> None:
    (home / "landing").rename(tmp_path / "volume")
    (home / "landing").symlink_to(tmp_path / "volume")
    (tmp_path / "volume" / "deep" / "deeper" / "file").chmod(0o644)
    assert [zone.wide for zone in close_zones(home) if zone.name == "landing"] == [1]
    assert modes_of(tmp_path / "volume") == {0o700, 0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can plant a file of another account")
@pytest.mark.parametrize("zone", [*PRIVATE, "published"])
def test_what_belongs_to_another_account_is_refused_by_zone_and_count(home: Path, zone: str) -> None:
    os.chown(home / zone / "deep" / "deeper" / "file", DBT.uid, -1)
    with pytest.raises(SetupError, match=f"{zone}: 1 files or folders belong to another account") as refused:
        close_zones(home)
    assert "deeper" not in str(refused.value)
    if zone == "warehouse":  # dbt's own files, where it has that account
        assert close_zones(home, DBT)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give files to another group")
def test_the_group_of_dbt_gets_into_two_zones_and_no_other(home: Path) -> None:
    for zone in PRIVATE:
        for path in (home / zone, *(home / zone).rglob("*")):
            os.chown(path, -1, DBT.gid)
            path.chmod(0o750 if path.is_dir() else 0o640)
    close_zones(home, DBT)
    let_in = {zone for zone in PRIVATE if modes_of(home / zone) == {0o750, 0o640}}
    assert let_in == {"pseudonymised", "warehouse"}
    assert {mode for zone in set(PRIVATE) - let_in for mode in modes_of(home / zone)} == {0o700, 0o600}
    close_zones(home)  # without an account of its own, dbt's group is any other
    assert {mode for zone in PRIVATE for mode in modes_of(home / zone)} == {0o700, 0o600}


def test_what_cannot_be_closed_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without modes, such as a network share, takes a chmod and does nothing."""
    (home / "fhir" / "deep").chmod(0o755)
    monkeypatch.setattr(room.Path, "chmod", lambda self, mode: None)
    with pytest.raises(SetupError, match="fhir: 1 files or folders are open to others and cannot be closed"):
        close_zones(home)


def test_a_run_closes_what_stood_open_and_says_so(home: Path, tmp_path: Path) -> None:
    settings = Settings(home=home, extracts=tmp_path / "extracts")
    settings.extracts.mkdir()
    (home / "landing" / "deep").chmod(0o755)
    (home / "keys").chmod(0o755)
    run = open_run(settings, extracts=settings.extracts, as_of=NIGHT, held_by="process")
    close_run(run)
    told = [entry.details for entry in audit_log.entries(settings, act="zones_protected")]
    assert [(entry["run_id"], entry["closed"]) for entry in told] == [(run.run_id, 2)]
    failed = "select rows_failed from rule_result where suite = 'least_privilege' and rule_id = ?"
    assert run.ledger.query(failed, ("zones_closed_to_others",)) == [{"rows_failed": 2}]


def test_a_run_with_a_link_out_of_a_zone_is_not_opened(home: Path, tmp_path: Path) -> None:
    settings = Settings(home=home, extracts=tmp_path / "extracts")
    settings.extracts.mkdir()
    (home / "fhir" / "away").symlink_to(tmp_path)
    with pytest.raises(SetupError, match="fhir: 1 links"):
        open_run(settings, extracts=settings.extracts, as_of=NIGHT, held_by="process")
    (home / "fhir" / "away").unlink()
    close_run(open_run(settings, extracts=settings.extracts, as_of=NIGHT, held_by="process"))
