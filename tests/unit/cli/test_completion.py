"""What the shell offers, from where, and how soon."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import complete
from pipeline.ledger import Ledger
from pipeline.zones import Zones

ROOT = Path(__file__).parent.parent.parent.parent
HEAVY = ("airflow", "dbt", "duckdb", "great_expectations", "numpy", "pandas", "pyarrow", "splink")
RUN = {
    "as_of": "2026-03-31", "extracts": "x", "source": None, "ended_at": None, "outcome": "published",
    "code_version": "1", "key_ids": "",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    ledger = Ledger(Zones(tmp_path / "home").create().audit / "ledger.sqlite")
    ledger.put("run", [RUN | {"run_id": f"20260331-00{n}", "started_at": f"2026-03-31T0{n}"} for n in (1, 2)])
    return tmp_path / "home"


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "WSIC_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


def offered(home: Path, words: str) -> list[str]:
    """As bash asks: the words of the line, the last one to be completed."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli"], capture_output=True, text=True, check=True,
        env=environment(
            home, _WSIC_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(words.count(" "))
        ),
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("wsic pub", ["publish"]),
        ("wsic publish rollback s", ["secondary_use"]),
        ("wsic publish check ", ["direct_care", "secondary_use", "open"]),
        ("wsic runs ", ["last", "20260331-002", "20260331-001"]),
        ("wsic quarantine list --source c", ["community"]),
        ("wsic link override a b c d e f --verdict w", ["withdrawn"]),
        ("wsic reidentify --person-key ", []),
    ],
)
def test_known_words_are_offered(home: Path, line: str, found: list[str]) -> None:
    assert offered(home, line) == found


def test_without_a_deployment_nothing_is_offered_and_nothing_is_made(tmp_path: Path) -> None:
    assert offered(tmp_path / "none", "wsic runs 2") == []
    assert not (tmp_path / "none").exists()
    assert offered(tmp_path / "none", "wsic report l") == ["last"]


def test_a_ledger_that_cannot_be_read_offers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "ledger.sqlite").write_bytes(b"not a database" * 100)
    monkeypatch.setenv("WSIC_HOME", str(tmp_path))
    assert complete.runs_or_last("") == ["last"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(tmp_path: Path, shell: str) -> None:
    for option in ("--show-completion", "--install-completion"):
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", option, shell], capture_output=True, text=True,
            env=environment(tmp_path, HOME=str(tmp_path), _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1"),
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert option != "--show-completion" or f"_WSIC_COMPLETE=complete_{shell}" in done.stdout
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(f"_WSIC_COMPLETE=complete_{shell}" in text for text in written)


def test_help_and_completion_load_nothing_heavy() -> None:
    """They take a third of a second; with what the verbs work with they took two."""
    program = (
        "import sys, pipeline.cli, pipeline.cli.complete, pipeline.ledger.looked_at; print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "typer" in loaded
    assert not loaded & set(HEAVY)
