"""The register of key versions: whose root, which version, and what is left of one that was retired."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from pipeline import keys
from pipeline.errors import SetupError, UsageError
from pipeline.keys import ENVIRONMENT_NAME, load_keys
from pipeline.keys.ring import derive_id
from pipeline.settings import Settings

ROOT, ANOTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4
PURPOSE, PRODUCT, RUN = "product:secondary_use", "secondary_use", "20260331-001"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(ENVIRONMENT_NAME, ROOT)
    return Settings(home=tmp_path)


def serve(settings: Settings, run_id: str) -> None:
    folder = settings.home / "published" / PRODUCT
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    (folder / "versions" / f"{run_id}.duckdb").touch()
    (folder / "current.duckdb").unlink(missing_ok=True)
    (folder / "current.duckdb").symlink_to(f"versions/{run_id}.duckdb")


def on_disk(settings: Settings) -> Any:
    return json.loads((settings.home / "keys" / "versions.json").read_text("utf-8"))


def change(settings: Settings, **changes: object) -> None:
    raw = on_disk(settings)
    raw["products"][PURPOSE][0] |= changes
    (settings.home / "keys" / "versions.json").write_text(json.dumps(raw), encoding="utf-8")


def test_a_pending_version_is_in_use_from_the_moment_its_run_is_served(settings: Settings) -> None:
    old = load_keys(settings).key(PURPOSE)
    pending = keys.begin_rotation(settings, PRODUCT, run_id=RUN)
    assert pending.version(PURPOSE) == 2
    assert pending.key(PURPOSE) != old == load_keys(settings).key(PURPOSE)
    assert keys.pending_runs(settings) == {PRODUCT: RUN}
    serve(settings, RUN)
    assert load_keys(settings).key(PURPOSE) == pending.key(PURPOSE)
    assert load_keys(settings).key_id(PURPOSE) == pending.key_id(PURPOSE)
    # Nothing but that product's key has changed.
    others = set(keys.PURPOSES) - {PURPOSE}
    assert all(pending.key(other) == load_keys(settings).key(other) for other in others)


def test_a_retired_version_keeps_its_id_and_cannot_be_made_again(settings: Settings) -> None:
    first = load_keys(settings)
    for run_id in (RUN, "20260331-002"):
        pending = keys.begin_rotation(settings, PRODUCT, run_id=run_id)
        serve(settings, run_id)
        keys.settle_rotation(settings, PRODUCT)
    ring = load_keys(settings)
    assert ring.version(PURPOSE) == 3
    assert ring.key(PURPOSE) == pending.key(PURPOSE)
    history = [info for info in ring.history() if info.purpose == PURPOSE]
    assert [(info.version, bool(info.retired_at)) for info in history] == [(1, True), (2, True), (3, False)]
    assert history[0].key_id == first.key_id(PURPOSE)
    for retired in (1, 2):
        with pytest.raises(UsageError, match=f"version {retired} was retired on"):
            ring.key(PURPOSE, retired)
    with pytest.raises(UsageError, match="valid: 1, 2, 3"):
        ring.key(PURPOSE, 4)
    # Who has the root and all that is on the disk lacks the salt: version 2 comes out another.
    salts = [row["salt"] for row in on_disk(settings)["products"][PURPOSE]]
    assert salts[:2] == ["", ""]
    assert history[1].key_id not in {
        derive_id(bytes.fromhex(ROOT), PURPOSE, 2, bytes.fromhex(salt)) for salt in salts
    }


def test_a_rotation_that_is_not_served_leaves_no_trace(settings: Settings) -> None:
    before = on_disk(settings) if load_keys(settings) else None
    keys.begin_rotation(settings, PRODUCT, run_id=RUN)
    keys.settle_rotation(settings, PRODUCT)
    assert on_disk(settings) == before


def test_production_salts_its_first_version(tmp_path: Path) -> None:
    """One root, two deployments: without the salt the pseudonyms of neither can be made."""
    rings = [
        load_keys(Settings(home=tmp_path / name, env="production"), {ENVIRONMENT_NAME: ROOT})
        for name in ("one", "two")
    ]
    assert rings[0].key("vault") == rings[1].key("vault")
    assert rings[0].key(PURPOSE) != rings[1].key(PURPOSE)


def test_a_changed_root_is_refused_with_what_to_do(settings: Settings) -> None:
    load_keys(settings)
    with pytest.raises(SetupError, match=r"not the one that this deployment was made with.*give the old one"):
        load_keys(settings, {ENVIRONMENT_NAME: ANOTHER})


@pytest.mark.parametrize("changes", [{"salt": "1f" * 32}, {"version": 2}, {"key_id": "0" * 16}])
def test_a_register_that_was_changed_is_refused(settings: Settings, changes: dict[str, object]) -> None:
    load_keys(settings)
    change(settings, **changes)
    with pytest.raises(SetupError, match="was changed: restore"):
        load_keys(settings)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"root_id": 1, "made_at": "", "products": {}}'])
def test_a_register_that_is_broken_is_refused(settings: Settings, text: str) -> None:
    load_keys(settings)
    (settings.home / "keys" / "versions.json").write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match="is not readable: restore"):
        load_keys(settings)


def test_a_register_without_a_version_in_use_is_refused(settings: Settings) -> None:
    load_keys(settings)
    change(settings, retired_at="2026-01-01T00:00:00+00:00")
    with pytest.raises(SetupError, match="not one version in use"):
        load_keys(settings)


def test_a_key_shows_itself_nowhere_and_goes_nowhere(settings: Settings) -> None:
    ring = load_keys(settings)
    key = ring.key(PURPOSE)
    shown = f"{key} {key!r} {key!s} {key:>99} {ring} {ring!r} {[key]} %s %r" % (key, key)
    assert key.hex() not in shown
    assert repr(bytes(key)) not in shown
    assert "<secret of 32 bytes>" in shown
    for secret in (key, ring):
        with pytest.raises(TypeError, match="not handed to another process"):
            pickle.dumps(secret)
