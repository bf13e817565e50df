"""A register of handling as another law would give it: of a changed copy of the law's files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from connectors.register import law

ROOT = Path(__file__).parents[1]
THE_OTHERS = ("community", "mental_health", "social_care")
_BASIS = """
[basis.approved_here]
title = "An approval that this area was given"
article_6 = "6(1)(e) public task"
article_9 = "9(2)(h) preventive medicine and management of health systems"
confidence = "Set aside for this area"
allows = ["risk_stratification"]
condition = "Renewed every year"
source = "Invented"
"""
# In a process of its own: what a process has read of the law it keeps.
_WRITE = """
import sys
from pathlib import Path
from connectors.register import law
law._FOLDER = Path(sys.argv[1])
from pipeline.handling import written
written.write(Path(sys.argv[2]))
"""


def allow_risk_stratification(folder: Path, scratch: Path, sources: Iterable[str] = THE_OTHERS) -> None:
    """Write the register into ``folder`` anew, as where an approval covers every feed of these sources."""
    copied = scratch / "law"
    shutil.copytree(Path(law.__file__).parent, copied, ignore=shutil.ignore_patterns("__pycache__"))
    bases = copied / "legal_bases.toml"
    text, handling, rest = bases.read_text(encoding="utf-8").partition("[handling]")
    bases.write_text(f"{text}{_BASIS}\n{handling}{rest}", encoding="utf-8")
    feeds = copied / "feeds.toml"
    feeds.write_text(_with_basis(feeds.read_text(encoding="utf-8"), tuple(sources)), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-c", _WRITE, str(copied), str(folder)],
        check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def _with_basis(feeds: str, sources: tuple[str, ...]) -> str:
    one = rf'\[\[feed\]\]\nsource = "(?:{"|".join(sources)})"\n(?:.+\n)*?bases = \['
    changed, n = re.subn(f"({one})", r'\1"approved_here", ', feeds)
    assert n >= len(sources), "the law's file has another shape"
    return changed
