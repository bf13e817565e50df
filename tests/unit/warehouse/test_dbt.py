"""The dbt process is told the same of every home, opens what it was given, and what it parsed is carried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import least_privilege
from pipeline.settings import Settings
from pipeline.warehouse import carry, dbt
from pipeline.warehouse.purposes import verdict
from pipeline.zones import Zones

PRODUCT = "direct_care"


class Seen:
    """Stands in for the kernel's start: what dbt would be told, and where its two names lead meanwhile."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        self.homes: list[Path] = []
        self.rows: list[str] = []

    def __call__(self, command: object, *, environ: Mapping[str, str], writes: Any, **others: object) -> int:
        home = Path(environ["HOME"])
        self.told.append({name: value for name, value in environ.items() if name not in ("HOME", "TMPDIR")})
        self.homes.append(home)
        self.rows.append((home / environ["WSIC_PSEUDONYMISED_DIR"].removeprefix("~/") / "row").read_text())
        made = home / environ["WSIC_WAREHOUSE_FILE"].removeprefix("~/")
        made.write_text("made")
        assert made.parent.resolve() in {path.resolve() for path in writes}
        return 0


def test_dbt_is_told_the_same_of_every_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing is parsed again after a home was moved; each name leads into the home it is of."""
    monkeypatch.setattr(least_privilege, "run", seen := Seen())
    for name in ("one", "it's another"):
        rows, work = tmp_path / name / "rows", tmp_path / name / "deeper" / "work"
        rows.mkdir(parents=True)
        work.mkdir(parents=True)
        (rows / "row").write_text(name)
        environ = dbt.environment(
            pseudonymised=rows, warehouse=work / "a.duckdb", product=PRODUCT, memory_limit="1GB", home=work
        )
        assert dbt.run(["build"], environ=environ, work=work) == 0
        assert (work / "a.duckdb").read_text() == "made"
    assert seen.rows == ["one", "it's another"]
    assert seen.told[0] == seen.told[1]
    assert [home for home in seen.homes if home.exists()] == []


@pytest.fixture
def built(settings: Settings) -> Settings:
    """A home in which dbt has parsed and the gate has found."""
    zones = Zones(settings.home).create()
    target = zones.warehouse(PRODUCT).with_suffix(".dbt") / "target"
    target.mkdir(parents=True)
    (target / "partial_parse.msgpack").write_bytes(b"parsed")
    (zones.warehouse(PRODUCT).parent / verdict.NAME).write_text("{}")
    return settings


def carried(settings: Settings) -> dict[str, bytes]:
    """What is kept in a home, by its place beside the warehouses."""
    zone = Zones(settings.home).warehouse(PRODUCT).parent
    return {str(path.relative_to(zone)): path.read_bytes() for path in zone.rglob("*") if path.is_file()}


def test_what_was_parsed_and_found_is_carried_and_nothing_else(built: Settings, tmp_path: Path) -> None:
    (Zones(built.home).warehouse(PRODUCT)).write_text("rows")
    fresh = replace(built, home=tmp_path / "fresh")
    Zones(fresh.home).create()
    carry(built, fresh, PRODUCT)
    assert carried(fresh) == {f"{PRODUCT}.dbt/target/partial_parse.msgpack": b"parsed", verdict.NAME: b"{}"}
    given = Zones(fresh.home).warehouse(PRODUCT).parent.rglob("*")
    assert [path.name for path in given if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("outer", [False, True])
def test_a_link_is_not_followed(built: Settings, tmp_path: Path, outer: bool) -> None:
    """An account of dbt's own may write links in its folder: they give it nothing that it may not read."""
    secret, work = tmp_path / "secret", Zones(built.home).warehouse(PRODUCT).with_suffix(".dbt")
    secret.mkdir()
    (secret / "partial_parse.msgpack").write_text("secret")
    (work / "target" / "partial_parse.msgpack").unlink()
    if outer:
        (work / "target").rmdir()
        (work / "target").symlink_to(secret)
    else:
        (work / "target" / "partial_parse.msgpack").symlink_to(secret / "partial_parse.msgpack")
    fresh = replace(built, home=tmp_path / "fresh")
    Zones(fresh.home).create()
    carry(built, fresh, PRODUCT)
    assert set(carried(fresh)) == {verdict.NAME}


def test_a_home_that_keeps_nothing_gives_nothing(settings: Settings, tmp_path: Path) -> None:
    fresh = replace(settings, home=tmp_path / "fresh")
    for home in (settings.home, fresh.home):
        Zones(home).create()
    carry(settings, fresh, PRODUCT)
    assert carried(fresh) == {}
    assert list(Zones(fresh.home).warehouse(PRODUCT).parent.iterdir()) == []
