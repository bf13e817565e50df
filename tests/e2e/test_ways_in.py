"""The commands of the pages that lead people in, as they stand there, on the home of a night."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.query_book import ROOT, blocks

PAGES = ("for-information-governance.md", "upgrading.md")
# What each must show, so that a command which says nothing does not pass.
SAYS = {
    "wsic audit report --out report.html": "report.html",
    "wsic audit verify --files": "entries",
    "wsic audit show": "run_opened",
    "wsic audit show --act reidentify_given": "",
    "wsic opt-outs report": "secondary_use",
    "wsic publish list": "direct_care",
    "wsic keys list": "secondary_use",
    "wsic retention plan --as-of 2026-03-31": "",
    "wsic publish check open": "open",
    "wsic --version": "ledger form",
}


def commands(page: str) -> list[str]:
    lines = [line for block in blocks(ROOT / "docs" / page, "sh") for line in block.splitlines()]
    return [line.partition("#")[0].strip() for line in lines if line.startswith("wsic ")]


@pytest.fixture(scope="module")
def home(small_night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("ways-in") / "home"
    shutil.copytree(small_night.home, copy, symlinks=True)
    return copy


def test_the_pages_give_these_commands() -> None:
    assert sorted(command for page in PAGES for command in commands(page)) == sorted(SAYS)


LONG = ("wsic publish check open",)  # looks for what can be worked out of every cell


@pytest.mark.parametrize(
    "command", [pytest.param(one, marks=pytest.mark.long) if one in LONG else one for one in SAYS]
)
def test_a_command_of_the_pages_does_what_is_said(command: str, home: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *shlex.split(command)[1:]],
        cwd=tmp_path, env={**os.environ, "WSIC_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert SAYS[command] in done.stdout
    assert done.stdout.strip()
