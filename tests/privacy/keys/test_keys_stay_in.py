"""No key and no root in any file, plan, profile, query log, error, process list or child, in any form."""

from __future__ import annotations

import base64
import importlib
import logging
import os
import stat
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.identity import scan_for_leaks
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.vault import open_vault
from pipeline.keys import ENVIRONMENT_NAME, load_keys
from pipeline.run import rotate
from pipeline.settings import Settings
from pipeline.warehouse import dbt
from tests.key_material import all_keys, files_holding, found_in
from tests.rotation_home import PRODUCT, make_home, without_dbt

ROOT = Path(__file__).parent.parent.parent.parent
PLANTED = "c0ffee1122334455deadbeef99aabbcc00d1e2f3a4b5c6d7e8f90123456789ab"


class Profiled:
    """A connection with profile and query log on; it keeps every statement and every profile."""

    kept: list[str] = []
    folder: Path

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._is_closed = False
        self._connection, self._profile = connection, self.folder / f"{len(self.kept)}.json"
        connection.execute("pragma enable_profiling = 'json'")
        connection.execute(f"set profiling_output = '{self._profile}'")
        connection.execute("set profiling_mode = 'detailed'")
        connection.execute("call enable_logging(level = 'trace')")

    def execute(self, query: str, *parameters: Any) -> duckdb.DuckDBPyConnection:
        result = self._connection.execute(query, *parameters)
        self.kept.append(query)
        if self._profile.exists():
            self.kept.append(self._profile.read_text("utf-8", "replace"))
        return result

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        for table in ("duckdb_logs", "duckdb_databases()", "duckdb_settings()", "duckdb_secrets()"):
            self.kept.append(str(self._connection.execute(f"from {table}").fetchall()))
        self.kept.append(str(self._connection.execute("from duckdb_variables()").fetchall()))
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Kept(logging.Handler):
    """A log handler that remembers every line, and what an error would have shown with it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, bytes]]:
    """A night, a rotation and a look for keys in what is served, under a planted root.

    Comes as the home, all that was said, and each key there was.
    """
    folder, log = tmp_path_factory.mktemp("planted"), Kept()
    vault = importlib.import_module("pipeline.identity.vault")
    opened, Profiled.folder = vault.connect, tmp_path_factory.mktemp("profiles")
    logging.getLogger().addHandler(log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT_NAME, PLANTED)
        patch.setattr(vault, "connect", lambda *args: Profiled(opened(*args)))
        home = make_home(folder / "home").home
        before = all_keys(load_keys(Settings(home=home)), PLANTED)
        with without_dbt():
            rotate(Settings(home=home, memory_limit="1GB"), product=PRODUCT, by="A. Singh", reason="yearly")
        scan_for_leaks(Settings(home=home), PRODUCT, home / "published" / PRODUCT / "current.duckdb")
        after = all_keys(load_keys(Settings(home=home)), PLANTED)
    logging.getLogger().removeHandler(log)
    keys = before | {f"{name}, rotated": key for name, key in after.items()}
    return home, "\n".join([*Profiled.kept, *log.lines]), keys


def test_the_search_finds_a_key_in_every_form(tmp_path: Path) -> None:
    """Without this the tests below could pass on a search that finds nothing."""
    key = bytes.fromhex(PLANTED)
    with duckdb.connect() as connection:
        printed = connection.execute("select ?::blob::varchar", [key]).fetchone()
    planted = [key, PLANTED.encode(), PLANTED.upper().encode(), base64.b64encode(key), str(printed).encode()]
    for form in planted:
        (tmp_path / "leak").write_bytes(b"before " + form + b" behind")
        assert files_holding(tmp_path, {"root": key}) == ["leak: ['root']"]


def test_no_file_holds_a_key(rotated: tuple[Path, str, dict[str, bytes]]) -> None:
    home, _, keys = rotated
    assert len([path for path in home.rglob("*") if path.is_file()]) > 20
    assert files_holding(home, keys) == []


def test_no_statement_profile_query_log_or_log_line_holds_a_key(
    rotated: tuple[Path, str, dict[str, bytes]],
) -> None:
    _, said, keys = rotated
    assert "operator_name" in said  # a profile
    assert "'QueryLog'" in said
    assert "attach" in said
    assert "keyed_hash" in said
    assert "given_key" in said
    assert found_in(said.encode(), keys) == []


@pytest.mark.parametrize("how", ["explain", "explain analyze"])
def test_no_plan_shows_the_key_of_the_hash(how: str) -> None:
    key = bytes.fromhex(PLANTED)
    pads = {"inner": bytes(byte ^ 0x36 for byte in key), "outer": bytes(byte ^ 0x5C for byte in key)}
    with duckdb.connect() as connection, keyed(connection, key):
        connection.execute("create table t as select 'x' as v")
        plan = "".join(row[1] for row in connection.execute(f"{how} select keyed_hash(v) from t").fetchall())
        # A plan is drawn in boxes, which break a long text into lines.
        bare = "".join(character for character in plan if character not in "│ \n")
    assert "PROJECTION" in bare
    assert found_in(bare.encode(), {"key": key, **pads}) == []


@pytest.mark.parametrize("name", ["hash", "vault", "root"])
def test_no_error_shows_a_key_even_with_all_its_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT_NAME, PLANTED)
    settings = Settings(home=tmp_path)
    ring = load_keys(settings)
    with open_vault(settings, ring):
        pass
    if name == "root":  # one letter too many: what is refused is all but the key itself
        monkeypatch.setenv(ENVIRONMENT_NAME, PLANTED + "0")
    try:
        {"hash": fail_in_hash, "vault": fail_to_open, "root": fail_to_parse}[name](settings, ring)
    except Exception as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        del told.stack[0]  # this very function
        shown = "".join(told.format())
    assert {"hash": "ring = KeyRing(", "vault": "key = <secret", "root": "folded = <secret"}[name] in shown
    assert found_in(shown.encode(), all_keys(ring, PLANTED)) == []


def fail_in_hash(settings: Settings, ring: Any) -> None:
    with duckdb.connect() as connection, keyed(connection, ring.key(f"product:{PRODUCT}")):
        connection.execute("select keyed_hash(nothing)")


def fail_to_open(settings: Settings, ring: Any) -> None:
    """The key is given to a file that is no database."""
    vault = settings.home / "identity" / "vault.duckdb"
    vault.write_bytes(b"no database" * 500_000)
    with open_vault(settings, ring):
        pass


def fail_to_parse(settings: Settings, ring: Any) -> None:
    load_keys(settings)


def test_dbt_is_started_without_a_key_in_its_environment_or_its_command(
    rotated: tuple[Path, str, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, keys = rotated
    seen = tmp_path / "seen"
    program = tmp_path / "python"
    program.write_text(
        f'#!/bin/sh\ncat /proc/self/environ /proc/self/cmdline > {seen}\necho "$0 $@" >> {seen}\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv(ENVIRONMENT_NAME, PLANTED)
    monkeypatch.setattr(dbt.sys, "executable", str(program))
    environ = dbt.environment(
        pseudonymised=tmp_path, warehouse=tmp_path, product=PRODUCT, memory_limit="1GB", home=tmp_path
    )
    assert dbt.run(("build",), environ=environ, work=tmp_path) == 0
    told = seen.read_bytes()
    assert b"WSIC_PRODUCT" in told
    assert b"dbt.cli.main" in told
    assert ENVIRONMENT_NAME.encode() not in told
    assert found_in(told, keys) == []


def test_the_command_line_shows_no_key_and_dumps_none(rotated: tuple[Path, str, dict[str, bytes]]) -> None:
    home, _, keys = rotated
    env = {**os.environ, "WSIC_HOME": str(home), ENVIRONMENT_NAME: PLANTED, "PYTHONPATH": str(ROOT)}
    said = b""
    for words in (["keys", "list", "--json"], ["keys", "rotate", "--product", PRODUCT, "--by", "A. Singh",
                  "--reason", "yearly", "--dry-run"], ["runs", "--json"]):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *words], env=env, cwd=home, capture_output=True, check=True
        )
        said += done.stdout + done.stderr
    assert b"product:secondary_use" in said
    assert found_in(said, keys) == []


def test_another_root_beside_the_vault_ends_with_5_and_says_what_to_do(
    rotated: tuple[Path, str, dict[str, bytes]],
) -> None:
    home, _, _ = rotated
    env = {**os.environ, "WSIC_HOME": str(home), ENVIRONMENT_NAME: PLANTED[::-1], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "link", "export", "--out", "links.parquet"],
        env=env, cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "give the old one again" in done.stderr
    assert PLANTED[::-1] not in done.stderr


def test_a_whole_night_leaves_no_key_behind(small_night) -> None:
    """From the senders' files to the products, with dbt and Great Expectations, as a person starts it."""
    assert small_night.exit_code == 0, small_night.said
    file = small_night.home / "keys" / "root.key"
    keys = all_keys(load_keys(small_night.settings, {}), file.read_text("utf-8").split('"')[3])
    assert files_holding(small_night.home, keys, but=[file]) == []
    assert found_in(small_night.said.encode(), keys) == []
