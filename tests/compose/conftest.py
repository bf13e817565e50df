"""One stack for all files of this folder, on extracts that carry markers, with another team's DAGs.

``KEEP_STACK=1`` leaves it standing, and ``STACK=<name>`` takes one that was left; otherwise one is brought up
under a name of its own, and taken down at the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.compose.stack import NIGHTS, PEOPLE, ROOT, SEED, TODAY, Stack, say

# Thirteen months of returns prove no more than three, and planting changes what totals in manifests are of.
PLANT = """
import shutil, sys
from pathlib import Path
from tests.markers import plant

extracts = Path("/srv/extracts")
for month in sorted({*extracts.glob("community/*/*-20"), *extracts.glob("mental_health/*/*-20")}):
    if month.name < sys.argv[1]:
        shutil.rmtree(month)
for manifest in extracts.glob("*/*/*/manifest.json"):
    manifest.unlink()
assert plant(extracts) > 100
"""


IN_ORDER = (
    "test_stack.py",  # a first night; then down and up again
    "test_airflow_in_production.py",
    "test_nights_in_production.py",
    "test_who_sees_what.py",
    "test_what_airflow_keeps.py",  # of all the others
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files go on from one another."""
    items.sort(key=lambda item: IN_ORDER.index(item.path.name))  # stable: within a file as they stand there


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Brought up as docs/compose.md says, on the nights up to today."""
    if name := os.environ.get("STACK"):
        yield Stack.that_is_there(name)
        return
    made = Stack()
    try:
        _synthesise(made)
        made.compose("up", "--detach", "--no-build")
        yield made
    finally:
        if "KEEP_STACK" in os.environ:
            say(f"left standing: STACK={made.name}")
        else:
            made.compose("--profile", "try", "down", "--volumes", "--remove-orphans")
            made.forget()


def _synthesise(made: Stack) -> None:
    """People who do not exist, and a marker in whatever of them may not leave the identity zone."""
    once = ("--profile", "synthetic", "run", "--rm")
    made.compose(
        *once, "synthetic", "wsic", "synthesise", f"--people={PEOPLE}", f"--seed={SEED}",
        f"--nights={NIGHTS}", f"--end-date={TODAY}", "--out=/srv/extracts",
    )  # fmt: skip
    markers = f"{ROOT / 'tests' / 'markers.py'}:/opt/markers/tests/markers.py:ro"
    as_it_is = ("--volume", markers, "-e", "PYTHONPATH=/opt/markers", "synthetic")
    made.compose(*once, *as_it_is, "python", "-c", PLANT, str(TODAY - timedelta(days=100)))
