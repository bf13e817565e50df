"""A home that other accounts can reach, with a file in every zone and the rows of one product."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.least_privilege.landlock import version
from pipeline.zones import ZONES, Zones
from tests.privacy.least_privilege.confined_scenario import KNOWN, OTHER, PRODUCT
from tests.pseudonymised_fixtures import write_pseudonymised

ROOT = Path(__file__).parents[3]
PLANTED_KEY = "9f0c4b7be2a61d58c3e7f1a90b52d6843cfe8a17d05b69e2f4a3817c6d0e5b92"
USER = "60123"
Scenario = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """pytest's own folders are closed to other accounts, as a zone is; this one is not."""
    folder, before = Path(tempfile.mkdtemp(prefix="least-privilege-")), os.umask(0o077)
    folder.chmod(0o755)
    zones = Zones(folder / "home").create()
    write_pseudonymised(zones.pseudonymised(PRODUCT), people=20)
    for place in (*ZONES, f"pseudonymised/{OTHER}", f"warehouse/{OTHER}.dbt"):
        (zones.home / place / KNOWN).parent.mkdir(parents=True)
        (zones.home / place / KNOWN).write_text("SMITH")
    yield zones.home
    os.umask(before)
    shutil.rmtree(folder)


@pytest.fixture
def scenario(home: Path) -> Scenario:
    """Run :mod:`confined_scenario`, with a key in the environment that it starts from."""

    def run(
        *, user: str = "", is_open: bool = False, with_dbt: bool = False, group: int = 0
    ) -> dict[str, Any]:
        if user and os.geteuid() != 0:
            pytest.skip("only the superuser can start a process as another account")
        if not user and not is_open and not version():
            pytest.skip("this kernel has no Landlock")
        shutil.rmtree(home.parent / "planted", ignore_errors=True)
        asked = {"user": user, "is_open": is_open, "with_dbt": with_dbt, "group": group}
        given = json.dumps({"home": str(home), **asked})
        alone = ["unshare", "--mount", "--propagation", "private"] if user else []
        program = [sys.executable, str(Path(__file__).with_name("confined_scenario.py")), given]
        done = subprocess.run(
            [*alone, *program], cwd=ROOT, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT), "WSIC_ROOT_KEY": PLANTED_KEY},
        )  # fmt: skip
        told = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
        assert told, done.stdout[-2000:] + done.stderr[-4000:]
        return dict(json.loads(told[0].removeprefix("FOUND ")))

    return run
