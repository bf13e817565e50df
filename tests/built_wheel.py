"""A fresh environment with the project's own wheel in it, and nothing of the checkout in sight."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from release.wheel import pip


def files_of(wheel: Path) -> set[str]:
    """What is in it, without the metadata that every wheel has."""
    with ZipFile(wheel) as archive:
        names = {info.filename for info in archive.infolist() if not info.is_dir()}
    return {name for name in names if ".dist-info/" not in name}


@dataclass(frozen=True, slots=True)
class Installed:
    """An environment with the wheel alone; what the lock names is read where these tests have it."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def run(self, *command: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """A command of the environment, with nothing of this checkout on its path."""
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        env |= {"PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", **environ}
        return subprocess.run(
            [str(self.folder / "bin" / command[0]), *command[1:]],
            cwd=cwd, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip


def install(wheel: Path, folder: Path) -> Installed:
    """A new environment with the wheel in it.

    A folder that a ``.pth`` file names is searched, and its own ``.pth`` files are not read: so the
    checkout that is installed there in place stays out of sight.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    here = Installed(folder)
    pip("install", "--no-index", "--no-deps", "--no-compile", str(wheel), at=here.python)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "lock.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n", encoding="utf-8")
    return here
