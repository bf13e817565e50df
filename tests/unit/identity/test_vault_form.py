"""A vault of an earlier version opens with all it held; one of a later version is refused as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.identity.vault import FORM, open_vault, vault_path
from pipeline.keys import KeyRing, load_keys
from pipeline.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", threads=1)


@pytest.fixture
def keys(settings: Settings) -> KeyRing:
    return load_keys(settings)


def test_an_older_vault_opens_with_what_it_held(settings: Settings, keys: KeyRing) -> None:
    with open_vault(settings, keys) as connection:
        connection.execute("drop table vault.vault_form")
        connection.execute("drop table vault.subject_decision")
        connection.execute("alter table vault.mps_answer drop column is_restricted")
        connection.execute("insert into vault.linking values (1, 'r', date '2026-03-31', 'x', false)")
    with open_vault(settings, keys) as connection:
        assert connection.execute("select seq, run_id from vault.linking").fetchall() == [(1, "r")]
        assert connection.execute("select is_restricted from vault.mps_answer").fetchall() == []
        assert connection.execute("from vault.subject_decision").fetchall() == []
        assert connection.execute("from vault.vault_form").fetchall() == [(FORM,)]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_later_vault_is_refused_as_it_is(settings: Settings, keys: KeyRing, read_only: bool) -> None:
    with open_vault(settings, keys) as connection:
        connection.execute(f"insert into vault.vault_form values ({FORM + 1})")
    before = vault_path(settings).read_bytes()
    with pytest.raises(SetupError, match=rf"later version.*form {FORM + 1}.*valid: that version"):
        with open_vault(settings, keys, read_only=read_only):
            pass
    assert vault_path(settings).read_bytes() == before


def test_opening_it_again_notes_its_form_once(settings: Settings, keys: KeyRing) -> None:
    for _ in range(2):
        with open_vault(settings, keys) as connection:
            assert connection.execute("from vault.vault_form").fetchall() == [(FORM,)]
