"""Replacing the root key: what is of the new one, what of the old one is still read, and what is refused."""

from __future__ import annotations

import json
import secrets
import shutil
from pathlib import Path

import pytest

from pipeline import audit_log, keys
from pipeline.audit_log import entries, verify
from pipeline.errors import SetupError, UsageError
from pipeline.identity.vault import open_vault
from pipeline.keys import ENVIRONMENT_NAME, NEXT_ENVIRONMENT_NAME, load_keys
from pipeline.ledger import Ledger
from pipeline.run import RootRotation, rotate_root
from pipeline.settings import Settings
from tests.key_material import all_keys, files_holding, files_of
from tests.rotation_home import (
    PEOPLE,
    PRODUCT,
    make_home,
    open_night,
    parquet_keys,
    register,
    served_keys,
    without_dbt,
    zone_keys,
)

OTHER = "product:secondary_use"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("root") / "home").home


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Settings:
    shutil.copytree(template, tmp_path / "home", symlinks=True)
    return Settings(home=tmp_path / "home", memory_limit="1GB")


@pytest.fixture(scope="module")
def turned(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A deployment whose root was replaced, for tests that only look."""
    home = tmp_path_factory.mktemp("turned") / "home"
    shutil.copytree(template, home, symlinks=True)
    settings = Settings(home=home, memory_limit="1GB")
    turn(settings)
    return settings


def turn(settings: Settings, *, dry_run: bool = False) -> RootRotation:
    with without_dbt():
        return rotate_root(settings, by="A. Singh", reason="the custodian has left", dry_run=dry_run)


def root_of(home: Path) -> str:
    return (home / "keys" / "root.key").read_text("utf-8").split('"')[3]


def people(settings: Settings) -> list[tuple[str, ...]]:
    with open_vault(settings, load_keys(settings), read_only=True) as connection:
        return connection.execute("select person_id, nhs_number from vault.person order by all").fetchall()


def test_every_key_is_of_the_new_root_and_its_ids_are_kept(template: Path, turned: Settings) -> None:
    before, after = load_keys(Settings(home=template)), load_keys(turned)
    assert after.root_id != before.root_id
    for purpose in keys.PURPOSES:
        assert after.key(purpose) != before.key(purpose)
        assert after.key_id(purpose) != before.key_id(purpose)
        retired = [info.key_id for info in after.history() if info.purpose == purpose and info.retired_at]
        assert retired == [before.key_id(purpose)]
        assert after.version(purpose) == 2
    assert keys.still_carried(turned) == ()


def test_nobody_has_an_old_pseudonym_and_everybody_the_same_id(template: Path, turned: Settings) -> None:
    new = served_keys(turned.home)
    assert len(new) == PEOPLE
    assert new.isdisjoint(served_keys(template))
    assert new == parquet_keys(turned.home) == zone_keys(turned.home)
    assert people(turned) == people(Settings(home=template))
    old = [key.encode() for key in served_keys(template)]
    assert [path for path in files_of(turned.home) if any(key in path.read_bytes() for key in old)] == []


def test_no_key_of_the_old_root_lies_anywhere(template: Path, turned: Settings) -> None:
    old = all_keys(load_keys(Settings(home=template)), root_of(template))
    assert files_holding(turned.home, old) == []
    new = all_keys(load_keys(turned), root_of(turned.home))
    assert files_holding(turned.home, new, but=[turned.home / "keys" / "root.key"]) == []
    assert {path.name for path in (turned.home / "keys").iterdir()} == {"root.key", "versions.json"}
    assert [row["sealed"] for row in register(turned.home)] == ["", ""]


def test_the_old_root_opens_nothing_and_the_error_says_which_root_to_give(
    template: Path, turned: Settings
) -> None:
    old = root_of(template)
    outside = Settings(home=turned.home, key_provider="environment")
    (turned.home / "keys" / "root.key").rename(turned.home.parent / "root.key")
    try:
        with pytest.raises(SetupError, match=r"was replaced on \d{4}-.*put the root of public id") as caught:
            load_keys(outside, {ENVIRONMENT_NAME: old})
    finally:
        (turned.home.parent / "root.key").rename(turned.home / "keys" / "root.key")
    assert load_keys(turned).root_id in str(caught.value)
    assert old not in str(caught.value)


def test_what_was_done_is_logged_before_and_the_log_holds_under_both_signatures(turned: Settings) -> None:
    acts = [entry.act for entry in entries(turned)]
    first, second = acts.index("root_replaced"), acts.index("root_in_use")
    assert first < second < acts.index("keys_rotated")
    (entry,) = entries(turned, act="root_replaced")
    assert (entry.actor, entry.details["reason"]) == ("A. Singh", "the custodian has left")
    assert entry.details["key_id"] == load_keys(turned).root_id
    points = (turned.home / "audit" / "checkpoints.jsonl").read_text("utf-8").splitlines()
    signed_by = [json.loads(line)["key_id"] for line in points]
    assert len(set(signed_by)) == 2
    assert signed_by == sorted(signed_by, key=signed_by.index)
    assert signed_by[-1] == load_keys(turned).key_id("audit-log")
    assert verify(turned, files_too=True).findings == ()


def test_tables_say_what_they_said(settings: Settings) -> None:
    done = turn(settings)
    assert [(product.product, product.changed_tables) for product in done.products] == [(PRODUCT, ())]
    assert (done.provider, done.is_resumed) == ("file", False)
    assert {done.old_root_id, done.new_root_id} == {
        load_keys(settings).root_id, load_keys(settings).former_roots[0].root_id,
    }  # fmt: skip
    told = f"{done}"
    assert root_of(settings.home) not in told


def test_a_dry_run_does_nothing(settings: Settings) -> None:
    files = {path: path.read_bytes() for path in (settings.home / "keys").iterdir()}
    log = (settings.home / "audit" / "log.jsonl").read_bytes()
    plan = turn(settings, dry_run=True)
    assert [product.product for product in plan.products] == [PRODUCT]
    assert {path: path.read_bytes() for path in (settings.home / "keys").iterdir()} == files
    assert (settings.home / "audit" / "log.jsonl").read_bytes() == log


def test_what_is_not_of_the_last_night_is_refused_before_anything_is_made(settings: Settings) -> None:
    open_night(settings, Ledger(settings.home / "audit" / "ledger.sqlite"), "20260401-001")
    before = load_keys(settings).root_id
    with pytest.raises(UsageError, match="valid: rotate after a night"):
        turn(settings)
    assert load_keys(settings).root_id == before
    assert [entry for entry in entries(settings) if entry.act == "root_replaced"] == []


def test_it_can_be_replaced_again_and_what_both_roots_signed_is_read(settings: Settings) -> None:
    turn(settings)
    first = served_keys(settings.home)
    turn(settings)
    assert served_keys(settings.home).isdisjoint(first)
    assert len(load_keys(settings).former_roots) == 2
    assert load_keys(settings).version("vault") == 3
    assert verify(settings).findings == ()


def test_where_the_environment_has_the_root_both_are_given_and_the_register_chooses(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = root_of(settings.home), secrets.token_hex(32)
    (settings.home / "keys" / "root.key").unlink()
    monkeypatch.setenv(ENVIRONMENT_NAME, one)
    with pytest.raises(SetupError, match="give it in WSIC_NEXT_ROOT_KEY"):
        turn(settings)
    monkeypatch.setenv(NEXT_ENVIRONMENT_NAME, one)
    with pytest.raises(SetupError, match="give it in WSIC_NEXT_ROOT_KEY"):
        turn(settings)
    monkeypatch.setenv(NEXT_ENVIRONMENT_NAME, two)
    old = load_keys(settings)
    done = turn(settings)
    assert (done.provider, done.old_root_id) == ("environment", old.root_id)
    told = " ".join(done.to_do)
    assert done.new_root_id in told
    assert "WSIC_ROOT_KEY" in told
    assert one not in told
    assert two not in told
    # Nobody has to change anything at that moment; then the new root takes the old one's place.
    assert load_keys(settings).root_id == done.new_root_id != old.root_id
    monkeypatch.setenv(ENVIRONMENT_NAME, two)
    monkeypatch.delenv(NEXT_ENVIRONMENT_NAME)
    assert load_keys(settings).root_id == done.new_root_id
    monkeypatch.setenv(ENVIRONMENT_NAME, one)
    with pytest.raises(SetupError, match="was replaced on"):
        load_keys(settings)
    # And the old one is never taken into use again.
    monkeypatch.setenv(ENVIRONMENT_NAME, two)
    monkeypatch.setenv(NEXT_ENVIRONMENT_NAME, one)
    with pytest.raises(UsageError, match="is or was in use here"):
        turn(settings)


def test_production_makes_no_root_and_says_where_to_put_it(settings: Settings) -> None:
    path = settings.home / "keys" / "root.key"
    path.write_text(path.read_text("utf-8").replace("development", "deployment"), encoding="utf-8")
    with pytest.raises(SetupError, match=r"no keys/next-root.key: make the next root as docs/keys.md says"):
        turn(settings)
    fresh = settings.home / "keys" / "next-root.key"
    fresh.write_text(f'kind = "deployment"\nroot = "{secrets.token_hex(32)}"\n', encoding="utf-8")
    fresh.chmod(0o644)  # a rotation closes it; until then it is not read
    with pytest.raises(SetupError, match=r"keys/next-root.key has mode 0644"):
        keys.next_root(settings, makes_one=False)
    fresh.chmod(0o600)
    turn(settings)
    assert not fresh.exists()
    assert not load_keys(settings).is_development


@pytest.mark.parametrize("what", ["sealed", "log_hash", "signer", "retired_at"])
def test_what_was_carried_over_cannot_be_changed(settings: Settings, what: str) -> None:
    turn(settings)
    path = settings.home / "keys" / "versions.json"
    raw = json.loads(path.read_text("utf-8"))
    said = raw["former"][0][what]
    raw["former"][0][what] = ("0" if said[0] != "0" else "1") + said[1:]
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(SetupError, match="carried over from a former root was changed"):
        load_keys(settings)


def test_a_receipt_that_was_handed_out_before_still_proves_what_it_proved(settings: Settings) -> None:
    entry = audit_log.append(settings, act="consent_withdrawn", actor="A. Clerk")
    audit_log.append(settings, act="links_exported", actor="A. Clerk")
    turn(settings)  # seals what stands before it
    receipt = settings.home.parent / "kept.receipt.json"
    lines = (settings.home / "audit" / "checkpoints.jsonl").read_text("utf-8").splitlines()
    point = next(json.loads(line) for line in lines if json.loads(line)["number"] > entry.number)
    assert point["key_id"] == load_keys(settings).former_roots[0].key_ids["audit-log"]
    receipt.write_text(json.dumps({"checkpoint": point}), encoding="utf-8")
    assert verify(settings, handed_out=[receipt]).findings == ()
