"""The landed tables as they stand, laid beside themselves so that records can be left out of an export.

No byte is copied: the files are linked, and whoever leaves records out puts another file in a link's place.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.settings import Settings
from pipeline.zones import Zones


@contextmanager
def linked_tables(settings: Settings) -> Iterator[Path]:
    """A folder of the landing zone with ``now/fhir`` and ``now/current`` as the zones have them; it goes."""
    zones = Zones(settings.home).create()
    root = zones.home / "landing" / "work"
    root.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as name:
        for found, beside in ((zones.fhir, "fhir"), (zones.home / "landing" / "current", "current")):
            for path in sorted(found.rglob("*.parquet")):
                _link(path, Path(name) / "now" / beside / path.relative_to(found))
        yield Path(name)


def _link(path: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:  # a file system without links
        shutil.copyfile(path, target)
        target.chmod(0o600)
