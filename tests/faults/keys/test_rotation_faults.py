"""A rotation that is killed at any step leaves a product all under its old key, or all under its new one."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline import keys
from pipeline.errors import ChecksRefusedError, SetupError
from pipeline.identity import pseudonymise
from pipeline.ledger import Ledger
from pipeline.publish import list_versions
from pipeline.run import rotate, settle_rotations
from pipeline.run.rotation import rotate as rotation
from pipeline.run.rotation import settle
from pipeline.settings import Settings
from tests.identity_economy import AS_OF
from tests.lasting import one_in
from tests.rotation_home import (
    BASE,
    PEOPLE,
    PRODUCT,
    arming,
    exit_code_of,
    killing,
    make_home,
    parquet_keys,
    register,
    served_keys,
    without_dbt,
    zone_keys,
)

ASKED = {"product": PRODUCT, "by": "A. Singh", "reason": "yearly rotation"}
REISSUE = importlib.import_module("pipeline.publish.reissue")
ACTING = importlib.import_module("pipeline.audit_log.acting")
REAL_EXCHANGE = REISSUE.exchange
# Every call that changes anything, in order: a process is killed just before each, which is just after the
# one before it, and after the last.
STEPS: tuple[tuple[object, str], ...] = (
    (rotation.keys, "begin_rotation"),
    (ACTING, "append"),
    (rotation, "announce"),
    (rotation, "write_run"),
    (rotation, "carry"),
    (rotation.staging, "make"),
    (rotation.identity, "pseudonymise"),
    (rotation.warehouse, "build"),
    (rotation.publish, "write_checked"),
    (REISSUE, "swap"),
    (REISSUE, "exchange"),
    (settle.staging, "put_in_place"),
    (settle.publish, "record"),
    (settle, "_note"),
    (settle.staging, "clear"),
    (settle.keys, "settle_rotation"),
)
CASES = [*((place, name, "before") for place, name in STEPS), (*STEPS[-1], "after")]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("rotation") / "home").home


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def rotate_until_killed(settings: Settings, place: object, name: str, when: str) -> int:
    """Rotate in a process of its own that dies at the step; returns its exit code."""

    def turn(patch: pytest.MonkeyPatch) -> None:
        if name == "clear":  # cleared at the beginning too, when there is nothing to lose
            patch.setattr(settle, "_note", arming(settle._note, patch, place, name, when))
        else:
            patch.setattr(place, name, killing(getattr(place, name), when))
        rotate(settings, **ASKED)

    return exit_code_of(turn)


@pytest.mark.parametrize(
    ("place", "name", "when"), one_in(5, CASES), ids=[f"{when} {name}" for _, name, when in CASES]
)
def test_killed_anywhere_all_is_old_or_all_is_new(home: Path, place: object, name: str, when: str) -> None:
    settings, old = Settings(home=home, memory_limit="1GB"), served_keys(home)
    old_id = keys.load_keys(settings).key_id(f"product:{PRODUCT}")
    assert rotate_until_killed(settings, place, name, when) == 9
    served = served_keys(home)
    is_new = served != old
    assert len(served) == PEOPLE
    assert served.isdisjoint(old) == is_new
    # What is served as Parquet, what is kept, and what a reader of the key gets, is of the same key.
    assert parquet_keys(home) == served
    kept = {version.run_id for version in list_versions(settings, PRODUCT)}
    assert (BASE in kept) != is_new
    assert (keys.load_keys(settings).key_id(f"product:{PRODUCT}") != old_id) == is_new
    # Only the exchange changes what is served, and what comes before it never does.
    done = [step for _, step in STEPS].index(name) - [step for _, step in STEPS].index("exchange")
    assert is_new == (done > 0)

    settle_rotations(settings, Ledger(home / "audit" / "ledger.sqlite"))
    assert served_keys(home) == parquet_keys(home) == zone_keys(home) == served
    assert not list(home.rglob(".rekeyed*"))
    assert [row["pending_run"] for row in register(home)] == [""] * (2 if is_new else 1)
    if is_new:
        assert [bool(row["salt"]) for row in register(home)] == [False, True]
    # The next night makes the very pseudonyms that are served.
    economy_ledger = Ledger(home / "audit" / "ledger.sqlite")
    pseudonymise(settings, economy_ledger, BASE, PRODUCT, AS_OF)
    assert zone_keys(home) == served


def test_the_killed_run_is_told_as_it_ended(home: Path) -> None:
    settings = Settings(home=home, memory_limit="1GB")
    ledger = Ledger(home / "audit" / "ledger.sqlite")
    rotate_until_killed(settings, rotation.warehouse, "build", "before")
    settle_rotations(settings, ledger)
    (row,) = ledger.query("select outcome from run where run_id = '20260331-002'")
    assert row["outcome"] == "failed"
    assert ledger.query("select outcome from key_rotation") == [{"outcome": "abandoned"}]
    assert not ledger.query("select 1 from publication where run_id = '20260331-002'")
    with without_dbt():
        assert rotate(settings, **ASKED).run_id == "20260331-003"


def test_checks_that_refuse_leave_all_as_it_was(home: Path) -> None:
    settings, old = Settings(home=home, memory_limit="1GB"), served_keys(home)

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise ChecksRefusedError("a planted fault")

    with without_dbt() as patch, pytest.raises(ChecksRefusedError):
        patch.setattr(rotation.checks, "run_product_checks", refuse)
        rotate(settings, **ASKED)
    assert served_keys(home) == zone_keys(home) == old
    assert [row["version"] for row in register(home)] == [1]
    assert not list(home.rglob(".rekeyed*"))
    ledger = Ledger(home / "audit" / "ledger.sqlite")
    assert ledger.query("select outcome from run where run_id = '20260331-002'") == [{"outcome": "refused"}]


def test_a_file_system_that_cannot_exchange_changes_nothing(home: Path) -> None:
    """The old shelf is served still when the one step is not to be had."""
    settings, old = Settings(home=home, memory_limit="1GB"), served_keys(home)
    with without_dbt() as patch, pytest.raises(SetupError, match="exchange two folders"):
        patch.setattr(REISSUE, "exchange", lambda one, other: REAL_EXCHANGE(one, other.with_name("nowhere")))
        rotate(settings, **ASKED)
    assert served_keys(home) == parquet_keys(home) == old
    assert len(list_versions(settings, PRODUCT)) == 2
