"""Keys: where they come from, how they are kept, what is known of them."""

from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.keys import ENVIRONMENT_NAME, PURPOSES, key_ids, load_keys
from pipeline.settings import Settings

ROOT = "0123456789abcdef" * 4
KEY_IDS = {
    "vault": "5e08f8630d15a6f4",
    "person-id": "eac638406f826a20",
    "audit-log": "a7d43141e3010ade",
    "audit-subject": "6b8dc451bb7d27b6",
    "former-keys": "6b2790acd71eaa2f",
    "zone:landing": "e90c39052ec70e28",
    "zone:fhir": "9bf3b479ca365947",
    "zone:quarantine": "9cbba679cac61811",
    "product:direct_care": "4a7803d7c8e41d0e",
    "product:secondary_use": "5f98510c84b3b149",
}


def test_a_development_root_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    first = load_keys(settings, {})
    assert (first.provider, first.is_development) == ("file", True)
    assert (tmp_path / "keys" / "root.key").stat().st_mode & 0o777 == 0o600
    assert load_keys(settings, {}).key("vault") == first.key("vault")
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {"root.key", "versions.json"}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_every_purpose_has_a_key_and_an_id_of_its_own(tmp_path: Path) -> None:
    ring = load_keys(Settings(home=tmp_path), {ENVIRONMENT_NAME: ROOT})
    assert len({ring.key(purpose) for purpose in PURPOSES}) == len(PURPOSES)
    assert len({ring.key_id(purpose) for purpose in PURPOSES}) == len(PURPOSES)
    assert {len(ring.key(purpose)) for purpose in PURPOSES} == {32}


def test_derivation_does_not_change_from_release_to_release(tmp_path: Path) -> None:
    """A change here would make everybody a new person: it needs a new version, not a new constant."""
    ring = load_keys(Settings(home=tmp_path), {ENVIRONMENT_NAME: ROOT})
    assert {info.purpose: info.key_id for info in ring.describe()} == KEY_IDS


def test_nothing_printed_holds_a_key(tmp_path: Path) -> None:
    ring = load_keys(Settings(home=tmp_path), {ENVIRONMENT_NAME: ROOT})
    shown = f"{ring!r} {ring} {ring.describe()}"
    assert ROOT not in shown
    assert not any(ring.key(purpose).hex() in shown for purpose in PURPOSES)


@pytest.mark.parametrize("root", ["", "00" * 32, "abc", ROOT[:-1], ROOT + "0", "g" * 64])
def test_a_weak_or_broken_root_is_refused_unseen(tmp_path: Path, root: str) -> None:
    with pytest.raises(SetupError, match="64 hexadecimal digits") as caught:
        load_keys(Settings(home=tmp_path), {ENVIRONMENT_NAME: root})
    assert not root or root not in str(caught.value).split(";")[0]


def test_an_unknown_purpose_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="valid"):
        load_keys(Settings(home=tmp_path), {}).key("marketing")


def test_the_ledger_line_names_every_purpose(tmp_path: Path) -> None:
    line = key_ids(Settings(home=tmp_path))
    assert [part.split("=")[0] for part in line.split()] == list(PURPOSES)
