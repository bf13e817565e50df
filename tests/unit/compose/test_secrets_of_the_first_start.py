"""What the first start makes, keeps and refuses: compose/first_run.py and compose/with_secrets.py."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

COMPOSE = Path(__file__).parent.parent.parent.parent / "compose"
FOLDERS = ("database", "airflow", "users")
USERS = "ann:engineer,bee:ig_lead"


def program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, COMPOSE / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("WSIC_AIRFLOW_USERS", USERS)
    return tmp_path


def start(root: Path) -> dict[str, str]:
    """Start for the first or another time; every file and what it holds."""
    made = program("first_run")
    made.ROOT = root
    umask = os.umask(0o022)
    try:
        made.main()
    finally:
        os.umask(umask)
    return {
        str(path.relative_to(root)): path.read_text("utf-8") for path in root.rglob("*") if path.is_file()
    }


def test_two_installations_have_no_secret_in_common(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    for folder in FOLDERS:
        (other / folder).mkdir()
    one, two = start(root), start(other)
    assert set(one) == set(two) and len(one) == 6
    assert not [name for name in one if one[name] == two[name]]


def test_only_the_database_s_password_is_shared_and_with_one_group(root: Path) -> None:
    modes = {name: (root / name).stat().st_mode & 0o777 for name in start(root)}
    assert modes.pop("database/password") == 0o640
    assert set(modes.values()) == {0o600}


def test_another_start_changes_nothing_and_a_new_user_gets_a_password(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = start(root)
    assert start(root) == before
    monkeypatch.setenv("WSIC_AIRFLOW_USERS", f"{USERS},cid:analyst")
    after = start(root)
    old, new = (json.loads(files.pop("users/passwords.json")) for files in (before, after))
    assert after == before
    assert set(new) == {"ann", "bee", "cid"} and {name: new[name] for name in old} == old


def test_whoever_is_no_user_any_more_has_no_password(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(root)
    monkeypatch.setenv("WSIC_AIRFLOW_USERS", "bee:ig_lead")
    assert set(json.loads(start(root)["users/passwords.json"])) == {"bee"}


def test_the_database_is_reached_with_its_own_password(root: Path) -> None:
    files = start(root)
    assert files["airflow/database_url"].split(":")[2].split("@")[0] == files["database/password"]


def test_what_is_printed_names_files_and_no_secret(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = start(root)
    printed = capsys.readouterr().out
    assert all(f"made {name}\n" in printed for name in files)
    secrets = [*json.loads(files.pop("users/passwords.json")).values(), *files.values()]
    assert not [secret for secret in secrets if secret in printed]


@pytest.mark.parametrize(("name", "value"), [("PATH", "/elsewhere"), ("WSIC_MESH_PASSWORD", " \n")])
def test_a_file_that_is_no_secret_of_ours_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    (tmp_path / name).write_text(value)
    started = program("with_secrets")
    monkeypatch.setattr(started, "_FOLDER", tmp_path)
    monkeypatch.setattr(os, "execvp", lambda *_: pytest.fail("it was started"))
    with pytest.raises(SystemExit, match=f"{name}: valid"):
        started.main()


def test_a_program_is_started_with_the_secrets_and_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "WSIC_MESH_PASSWORD").write_text("a password\n")
    monkeypatch.setenv("WSIC_MESH_PASSWORD", "")
    monkeypatch.setattr(sys, "argv", ["with_secrets.py", "airflow", "scheduler"])
    seen: list[object] = []
    monkeypatch.setattr(os, "execvp", lambda *words: seen.extend((*words, os.environ["WSIC_MESH_PASSWORD"])))
    started = program("with_secrets")
    monkeypatch.setattr(started, "_FOLDER", tmp_path)
    started.main()
    assert seen == ["airflow", ["airflow", "scheduler"], "a password"]
