"""Whose keys may appear is worked out once for all stages of a night, and anew once anything has changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from connectors.fhir import shapes
from pipeline.errors import ChecksRefusedError
from pipeline.identity import objections_gate
from pipeline.identity.eligibility import codings, concepts
from pipeline.identity.objections import may_appear
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.zones import Zones
from tests.identity_economy import AS_OF, Economy, nhs_number
from tests.objection_house import House

PRODUCT = "secondary_use"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Two people are in, the third has opted out."""
    house = House(Economy(tmp_path_factory.mktemp("once") / "home"))
    for _ in range(3):
        house.person()
    house.night(PRODUCT, allowed=(nhs_number(1), nhs_number(2)))
    return house


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each time that it is worked out."""
    real, times = may_appear._work_out, []

    def counted(*given: object, **named: object) -> None:
        times.append(str(named["state"]))
        real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(may_appear, "_work_out", counted)
    return times


def look(house: House, stage: str = "pseudonymised", days: int = 0) -> int:
    economy = house.economy
    return objections_gate(
        economy.settings, economy.ledger, run_id="r1", product=PRODUCT, stage=stage,
        place=economy.home / "pseudonymised" / PRODUCT, as_of=AS_OF + timedelta(days=days),
    ).keys  # fmt: skip


def kept(house: House) -> Path:
    return house.economy.home / "identity" / "objections" / f"{PRODUCT}.duckdb"


def test_the_stages_of_a_night_share_it(house: House, worked_out: list[str]) -> None:
    kept(house).unlink(missing_ok=True)
    found = [look(house, stage) for stage in ("pseudonymised", "warehouse", "version")]
    assert len(worked_out) == 1 and len(set(found)) == 1 and found[0] > 0


def touch(path: Path) -> None:
    """Written again, with the bytes and the time that it had."""
    times = path.stat()
    path.write_bytes(path.read_bytes())
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def write_vault(house: House) -> None:
    with open_vault(house.economy.settings, load_keys(house.economy.settings)) as connection:
        connection.execute("insert into vault.national_asked values (?)", [nhs_number(9)])
        connection.execute("delete from vault.national_asked where nhs_number = ?", [nhs_number(9)])


CHANGES: dict[str, Callable[[House], None]] = {
    "the vault": write_vault,
    "what was decided about people": lambda h: touch(
        h.economy.home / "identity" / "eligibility" / f"{PRODUCT}_records.parquet"
    ),
    "what was decided about rows": lambda h: touch(
        h.economy.home / "identity" / "eligibility" / f"{PRODUCT}_rows.parquet"
    ),
    "the code lists": lambda h: touch(Zones(h.economy.home).reference / "codelists.parquet"),
    "a landed file": lambda h: touch(next(Zones(h.economy.home).fhir.rglob("*.parquet"))),
    "it is cut short": lambda h: kept(h).write_bytes(kept(h).read_bytes()[:5000]),
    "it is gone": lambda h: kept(h).unlink(),
    "another is in its place": lambda h: _replace(kept(h)),
}


def _replace(path: Path) -> None:
    """Without the key: a database in which everybody may appear."""
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table made_from (state varchar)")
        connection.execute("create table allowed_key (key varchar)")


@pytest.mark.parametrize("what", CHANGES)
def test_it_is_worked_out_anew_when_something_changed(house: House, worked_out: list[str], what: str) -> None:
    look(house)
    worked_out.clear()
    CHANGES[what](house)
    assert look(house) > 0
    assert len(worked_out) == 1
    look(house)
    assert len(worked_out) == 1


def test_another_day_is_another_question(house: House, worked_out: list[str]) -> None:
    look(house)
    worked_out.clear()
    look(house, days=1)
    assert len(worked_out) == 1


def test_it_is_kept_for_nobody_elses_eyes(house: House) -> None:
    look(house)
    assert stat.S_IMODE(kept(house).stat().st_mode) == 0o600
    with pytest.raises(duckdb.Error), duckdb.connect(str(kept(house)), read_only=True) as connection:
        connection.execute("from allowed_key")
    pseudonymised = house.economy.home / "pseudonymised" / PRODUCT
    keys = house.economy.table(next(pseudonymised.glob("person_sources.parquet")))
    content = kept(house).read_bytes()
    assert keys and not any(row["person_key"].encode() in content for row in keys)


def test_it_is_not_believed_of_a_run_that_decided_nothing(house: House) -> None:
    look(house)
    decided = house.economy.home / "identity" / "eligibility" / f"{PRODUCT}_rows.parquet"
    content = decided.read_bytes()
    decided.unlink()
    try:
        with pytest.raises(ChecksRefusedError, match="has not decided"):
            look(house)
    finally:
        decided.write_bytes(content)


@pytest.mark.parametrize(
    ("change", "times"),
    [
        (lambda _: None, 0),
        (lambda h: touch(next(Zones(h.economy.home).fhir.rglob("*.parquet"))), 1),
        (lambda h: codings.kept_codings(Zones(h.economy.home)).unlink(), 1),
        (lambda h: _replace(codings.kept_codings(Zones(h.economy.home))), 1),
    ],
    ids=["nothing", "a landed file", "it is gone", "another is in its place"],
)
def test_codings_that_deciding_found_are_the_gates_while_no_row_changed(
    house: House, monkeypatch: pytest.MonkeyPatch, change: Callable[[House], None], times: int
) -> None:
    look(house)
    real, found = codings._find, []
    monkeypatch.setattr(codings, "_find", lambda *given: (found.append(1), real(*given)))
    (house.economy.home / "identity" / "objections" / "marked_rows.duckdb").unlink()
    kept(house).unlink()
    change(house)
    assert look(house) > 0
    assert len(found) == times
    assert stat.S_IMODE(codings.kept_codings(Zones(house.economy.home)).stat().st_mode) == 0o600


def _another_place(patch: pytest.MonkeyPatch) -> None:
    observation = {**shapes.SHAPES["Observation"]}
    del observation["code"]
    patch.setitem(shapes.SHAPES, "Observation", observation)


def _another_resource(patch: pytest.MonkeyPatch) -> None:
    told = {name: entity for name, entity in concepts.entities().items() if entity.resource != "Observation"}
    patch.setattr(concepts, "entities", lambda: told)


@pytest.mark.parametrize("change", [_another_place, _another_resource], ids=["the shapes", "the register"])
def test_codings_are_looked_for_anew_where_they_may_stand_elsewhere(
    house: House, monkeypatch: pytest.MonkeyPatch, change: Callable[[pytest.MonkeyPatch], None]
) -> None:
    zones = Zones(house.economy.home)
    before, again = codings._state(zones), codings._state(zones)
    change(monkeypatch)
    assert before == again != codings._state(zones)
