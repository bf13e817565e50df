"""The output folder of a product: made whole beside the old one, then put in its place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """A fresh folder that takes the place of ``target`` when the block ends well, and vanishes when not.

    Two renames: a crash between them leaves the old folder as ``.<name>.retired``, and the next
    use puts it back first, so that there is always a whole folder.
    """
    fresh, retired = target.with_name(f".{target.name}.fresh"), target.with_name(f".{target.name}.retired")
    _recover(target, retired)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    try:
        yield fresh
        if target.exists():
            target.rename(retired)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        _recover(target, retired)


def _recover(target: Path, retired: Path) -> None:
    if retired.exists() and not target.exists():
        retired.rename(target)
    shutil.rmtree(retired, ignore_errors=True)
