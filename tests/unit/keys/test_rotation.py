"""Rotating a product's key: what changes, what does not, and what it refuses."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline import keys, publish
from pipeline.audit_log import entries, verify
from pipeline.errors import UsageError
from pipeline.ledger import Ledger
from pipeline.run import Rotation, judge, rotate
from pipeline.run.rotation.continuity import changed_tables
from pipeline.settings import Settings
from tests.rotation_home import (
    BASE,
    PEOPLE,
    PRODUCT,
    make_home,
    open_night,
    parquet_keys,
    served_keys,
    without_dbt,
    zone_keys,
)

PURPOSE, NEW = f"product:{PRODUCT}", "20260331-002"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("rotated") / "home").home


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    shutil.copytree(template, tmp_path / "home", symlinks=True)
    return Settings(home=tmp_path / "home", memory_limit="1GB")


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    return Ledger(settings.home / "audit" / "ledger.sqlite")


def turn(settings: Settings, *, dry_run: bool = False) -> Rotation:
    with without_dbt():
        return rotate(settings, product=PRODUCT, by="A. Singh", reason="yearly rotation", dry_run=dry_run)


def test_everybody_has_a_new_pseudonym_and_nobody_the_old_one(settings: Settings) -> None:
    old, before = served_keys(settings.home), keys.load_keys(settings)
    done = turn(settings)
    new = served_keys(settings.home)
    assert len(new) == PEOPLE
    assert new.isdisjoint(old)
    assert new == parquet_keys(settings.home) == zone_keys(settings.home)
    assert done.changed_tables == ()
    assert done.withdrawn == ("20260330-001", BASE)
    assert [version.run_id for version in publish.list_versions(settings, PRODUCT)] == [NEW]
    after = keys.load_keys(settings)
    assert (done.old_key_id, done.new_key_id) == (before.key_id(PURPOSE), after.key_id(PURPOSE))
    assert (done.old_version, done.new_version, after.version(PURPOSE)) == (1, 2, 2)
    assert after.key("product:secondary_use") == before.key("product:secondary_use")


def test_no_old_pseudonym_lies_anywhere(settings: Settings) -> None:
    old = [key.encode() for key in served_keys(settings.home)]
    turn(settings)
    held = [
        path.relative_to(settings.home)
        for path in settings.home.rglob("*")
        if path.is_file() and any(key in path.read_bytes() for key in old)
    ]
    assert held == []


def test_the_ledger_and_the_audit_log_say_what_was_done(settings: Settings, ledger: Ledger) -> None:
    done = turn(settings)
    (run,) = ledger.query("select outcome, key_ids, as_of from run where run_id = ?", (NEW,))
    assert (run["outcome"], run["as_of"]) == ("published", "2026-03-31")
    assert f"{PURPOSE}={done.new_key_id}" in run["key_ids"].split()
    assert judge(ledger, NEW).exit_code == 0
    assert len(ledger.query("select 1 from feed where run_id = ?", (NEW,))) == 1
    (entry,) = entries(settings, act="keys_rotated")
    assert (entry.actor, entry.details["reason"]) == ("A. Singh", "yearly rotation")
    assert (entry.details["old_key_id"], entry.details["key_id"]) == (done.old_key_id, done.new_key_id)
    acts = [found.act for found in entries(settings)]
    assert acts.index("keys_rotated") < len(acts) - 1 - acts[::-1].index("product_published")
    assert verify(settings).is_intact


def test_a_reason_that_may_identify_a_patient_is_refused_before_anything_is_made(settings: Settings) -> None:
    old = served_keys(settings.home)
    with without_dbt(), pytest.raises(UsageError):
        rotate(settings, product=PRODUCT, by="A. Singh", reason="about 999 000 0018")
    assert served_keys(settings.home) == old
    assert keys.pending_runs(settings) == {}


def test_a_second_rotation_follows_the_first(settings: Settings) -> None:
    turn(settings)
    first = served_keys(settings.home)
    again = turn(settings)
    assert (again.base_run_id, again.new_version, again.withdrawn) == (BASE, 3, (NEW,))
    assert served_keys(settings.home).isdisjoint(first)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(settings: Settings, ledger: Ledger) -> None:
    old = served_keys(settings.home)
    runs = ledger.query("select * from run")
    plan = turn(settings, dry_run=True)
    assert (plan.new_version, plan.withdrawn, plan.run_id) == (2, ("20260330-001", BASE), "")
    assert served_keys(settings.home) == old
    assert ledger.query("select * from run") == runs
    assert keys.load_keys(settings).version(PURPOSE) == 1


def test_no_version_of_an_old_key_is_ever_served_again(settings: Settings, ledger: Ledger) -> None:
    """Neither one that was withdrawn, nor one that somebody put back from a copy."""
    kept = settings.home.parent / "copy.duckdb"
    shutil.copy(settings.home / "published" / PRODUCT / "versions" / f"{BASE}.duckdb", kept)
    turn(settings)
    for put_back in (False, True):
        if put_back:
            shutil.copy(kept, settings.home / "published" / PRODUCT / "versions" / f"{BASE}.duckdb")
        with pytest.raises(UsageError, match="which a rotation retired"):
            publish.rollback(settings, ledger, PRODUCT, to=BASE)
    os.utime(settings.home / "published" / PRODUCT / "versions" / f"{BASE}.duckdb", (1, 1))
    with pytest.raises(UsageError, match="which a rotation retired"):
        publish.rollback(settings, ledger, PRODUCT)
    assert publish.shelf(settings, PRODUCT).served() == NEW


def test_what_is_not_of_the_last_night_is_not_rotated(settings: Settings, ledger: Ledger) -> None:
    open_night(settings, ledger, "20260401-001")
    with pytest.raises(UsageError, match="the latest run is 20260401-001; valid: rotate after a night"):
        turn(settings)


def test_what_was_never_published_has_nothing_to_rotate(settings: Settings) -> None:
    with without_dbt(), pytest.raises(UsageError, match="nothing is published yet"):
        rotate(settings, product="secondary_use", by="A. Singh", reason="yearly")
    with pytest.raises(UsageError, match="valid: direct_care, secondary_use"):
        rotate(settings, product="open", by="A. Singh", reason="yearly")


def test_a_table_that_says_another_thing_is_named(settings: Settings, tmp_path: Path) -> None:
    served = settings.home / "published" / PRODUCT / "current.duckdb"
    other = tmp_path / "other.duckdb"
    shutil.copy(served.resolve(), other)
    other.chmod(0o600)
    assert changed_tables(settings, served, other) == ()
    with duckdb.connect(str(other)) as connection:
        connection.execute("update core.person set person_key = sha256(person_key)")
    assert changed_tables(settings, served, other) == ()
    with duckdb.connect(str(other)) as connection:
        connection.execute("update core.person set records = records + 1")
    assert changed_tables(settings, served, other) == ("core.person",)
