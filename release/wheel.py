"""The project's own wheel, built from the files that git knows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from release.locked import ROOT

PACKAGES = ("connectors", "dags", "dbt_project", "expectations", "pipeline", "synthetic")
_BESIDE = ("pyproject.toml", "README.md", "LICENSE")


def known_files(*folders: str) -> list[str]:
    """Files below these folders of the repository that git tracks, or would if they were added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(name for name in listed.stdout.splitlines() if (ROOT / name).is_file())


def build_wheel(folder: Path) -> Path:
    """Put the wheel into ``folder``, with no network.

    It is built in a copy: what an earlier build left behind in the checkout would get into it unseen.
    """
    with TemporaryDirectory() as scratch:
        source = Path(scratch)
        for name in known_files(*PACKAGES, *_BESIDE):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
        pip("wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), scratch)
    [wheel] = folder.glob("wsic_linked_data-*.whl")
    return wheel


def pip(*arguments: str, at: Path = Path(sys.executable)) -> None:
    """Run our pip for the Python ``at``; what it says is shown where it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(at)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise SystemExit(f"pip {arguments[0]} ended with {done.returncode}")
