"""Where the root comes from: a safe file, the environment, a secrets service; and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.keys import ENVIRONMENT_NAME, NEXT_ENVIRONMENT_NAME, load_keys, next_root
from pipeline.keys.provider import secrets_service
from pipeline.ledger import Ledger
from pipeline.run import fetching
from pipeline.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent.parent.parent
ONE, ANOTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4
SECRET = "wsic-root"


class StubBackend:
    """A secrets service of one secret; ``value`` is what it was configured with."""

    def __init__(self, value: str | None = None, broken: bool = False) -> None:
        self._value, self._broken = value, broken

    def get_variable(self, key: str) -> str | None:
        if self._broken:
            raise ConnectionError(f"the words of a client, with {ONE} in them")
        return self._value if key == SECRET else None


def write_root(home: Path, root: str, kind: str = "deployment") -> Path:
    (home / "keys").mkdir(parents=True, mode=0o700, exist_ok=True)
    path = home / "keys" / "root.key"
    path.write_text(f'kind = "{kind}"\nroot = "{root}"\n', encoding="utf-8")
    path.chmod(0o600)
    return path


def configure(monkeypatch: pytest.MonkeyPatch, backend: str, kwargs: str) -> None:
    """Airflow reads its configuration from the environment anew at each question."""
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", backend)
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", kwargs)


def test_a_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    path = write_root(tmp_path, ONE)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match="is a link"):
        load_keys(Settings(home=tmp_path), {})


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    write_root(tmp_path, ONE).parent.chmod(mode)
    with pytest.raises(SetupError, match=r"the folder keys/ has mode .*valid: 0700"):
        load_keys(Settings(home=tmp_path), {})


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give a file away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(write_root(tmp_path, ONE), 65534, 65534)
    with pytest.raises(SetupError, match="belongs to another user"):
        load_keys(Settings(home=tmp_path), {})


@pytest.mark.parametrize("name", ["root.key", "versions.json"])
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    load_keys(Settings(home=tmp_path), {})
    (tmp_path / "keys" / name).chmod(mode)
    with pytest.raises(SetupError, match=rf"keys/{name} has mode {mode:04o}"):
        load_keys(Settings(home=tmp_path), {})


def test_the_provider_that_is_named_is_the_one_that_is_asked(tmp_path: Path) -> None:
    write_root(tmp_path, ONE)
    given = {ENVIRONMENT_NAME: ONE}
    for provider, found in (("auto", "environment"), ("file", "file"), ("environment", "environment")):
        assert load_keys(Settings(home=tmp_path, key_provider=provider), given).provider == found
    with pytest.raises(SetupError, match="WSIC_ROOT_KEY is not set"):
        load_keys(Settings(home=tmp_path, key_provider="environment"), {})
    with pytest.raises(SetupError, match="WSIC_KEY_SECRET names no secret"):
        load_keys(Settings(home=tmp_path, key_provider="secrets"), {})


@pytest.mark.parametrize("provider", ["auto", "file", "environment"])
def test_two_sources_that_disagree_are_refused(tmp_path: Path, provider: str) -> None:
    write_root(tmp_path, ONE)
    with pytest.raises(SetupError, match="are not the same") as caught:
        load_keys(Settings(home=tmp_path, key_provider=provider), {ENVIRONMENT_NAME: ANOTHER})
    assert ONE not in str(caught.value)
    assert ANOTHER not in str(caught.value)


def test_an_unknown_provider_names_the_valid_ones() -> None:
    with pytest.raises(SetupError, match="valid: auto, environment, file, secrets"):
        load_settings({"WSIC_KEY_PROVIDER": "paper"})


def test_the_root_comes_from_airflow_s_own_file_back_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "variables.json").write_text(f'{{"{SECRET}": "{ONE}"}}', encoding="utf-8")
    configure(
        monkeypatch,
        "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        f'{{"variables_file_path": "{tmp_path}/variables.json"}}',
    )
    ring = load_keys(Settings(home=tmp_path / "home", env="production", key_secret=SECRET), {})
    assert (ring.provider, ring.is_development) == ("secrets", False)
    same = load_keys(Settings(home=tmp_path / "home", env="production"), {ENVIRONMENT_NAME: ONE})
    assert ring.key("vault") == same.key("vault")
    assert not (tmp_path / "home" / "keys" / "root.key").exists()


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        (f'{{"value": "{ONE}"}}', ""),
        ("{}", "knows no secret"),
        ('{"value": "no key"}', "does not hold a random 256-bit key"),
        ('{"broken": true}', r"did not answer \(ConnectionError\)"),
        ('{"nonsense": 1}', r"cannot be made \(TypeError\)"),
    ],
)
def test_any_back_end_of_airflow_is_asked_and_its_words_are_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kwargs: str, said: str
) -> None:
    # Airflow imports the class by its name, as it does those of Vault or of a cloud.
    module = type(sys)("wsic_stub_backend")
    module.StubBackend = StubBackend  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wsic_stub_backend", module)
    configure(monkeypatch, "wsic_stub_backend.StubBackend", kwargs)
    settings = Settings(home=tmp_path, key_provider="secrets", key_secret=SECRET)
    if not said:
        assert load_keys(settings, {}).provider == "secrets"
        return
    with pytest.raises(SetupError, match=said) as caught:
        load_keys(settings, {})
    assert ONE not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_sender_s_credential_comes_from_the_service_where_it_is_named_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then a file of that name is not looked at: nobody would know which of the two is in use."""
    (tmp_path / "variables.json").write_text('{"wsic-trust-drop.toml": "secret = 1"}', encoding="utf-8")
    configure(
        monkeypatch,
        "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        f'{{"variables_file_path": "{tmp_path}/variables.json"}}',
    )
    settings = Settings(home=tmp_path / "home", credentials_prefix="wsic-")
    read_key = fetching.tools(settings, Ledger(tmp_path / "ledger.sqlite")).read_key
    assert bytes(read_key("trust-drop.toml")) == b"secret = 1"
    (tmp_path / "home" / "keys").mkdir(parents=True, mode=0o700)
    (tmp_path / "home" / "keys" / "other.toml").touch(mode=0o600)
    with pytest.raises(SetupError, match="no secret of the name that WSIC_CREDENTIALS_PREFIX gives"):
        read_key("other.toml")


def test_without_a_back_end_or_without_airflow_the_operator_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW__SECRETS__BACKEND", raising=False)
    with pytest.raises(SetupError, match="AIRFLOW__SECRETS__BACKEND"):
        secrets_service.read(SECRET)
    monkeypatch.setitem(sys.modules, "airflow.sdk.configuration", None)
    with pytest.raises(SetupError, match="not installed"):
        secrets_service.read(SECRET)


def test_the_pipeline_s_command_line_does_without_airflow() -> None:
    program = "import sys, pipeline.cli; print([name for name in sys.modules if name.startswith('airflow')])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# prctl(3) asks whether core dumps, and the looks of other processes into this one's memory, are allowed.
SEALED = """
import ctypes
import os, resource, subprocess, sys
from pathlib import Path
from pipeline.keys import load_keys, seal_process
from pipeline.settings import Settings
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
seal_process()
print(load_keys(Settings(home=Path(sys.argv[1]))).provider)
print("WSIC_ROOT_KEY" in os.environ, resource.getrlimit(resource.RLIMIT_CORE)[0])
child = subprocess.run(["env"], capture_output=True, text=True).stdout
print("WSIC_ROOT_KEY" in child, "WSIC_NEXT_ROOT_KEY" in child, "WSIC_NEXT_ROOT_KEY" in os.environ)
print(dumpable, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def test_a_sealed_process_hands_its_key_to_no_child_and_no_core_dump(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SEALED, str(tmp_path)],
        cwd=ROOT, env={**os.environ, ENVIRONMENT_NAME: ONE, NEXT_ENVIRONMENT_NAME: ANOTHER},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["environment", "False 0", "False False False", "1 0"]


def test_the_next_root_comes_from_the_secrets_service_under_a_name_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "variables.json").write_text(f'{{"{SECRET}": "{ONE}", "next": "{ANOTHER}"}}', "utf-8")
    configure(
        monkeypatch,
        "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        f'{{"variables_file_path": "{tmp_path}/variables.json"}}',
    )
    settings = Settings(home=tmp_path / "home", env="production", key_secret=SECRET)
    with pytest.raises(SetupError, match="its name there into WSIC_NEXT_KEY_SECRET"):
        next_root(settings, makes_one=True)
    follows = next_root(replace(settings, next_key_secret="next"), makes_one=True)
    assert (follows.provider, follows.root_id) == ("secrets", follows.ring.root_id)
    given = {ENVIRONMENT_NAME: ANOTHER}
    assert follows.root_id == load_keys(Settings(home=tmp_path / "other", env="production"), given).root_id
    assert ANOTHER not in repr(follows)
    with pytest.raises(SetupError, match="no secret of the name that WSIC_NEXT_KEY_SECRET gives"):
        next_root(replace(settings, next_key_secret="nothing"), makes_one=True)
