"""A store as the tests see it: what the operator writes about it, and what its sender does there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STARTED = int(time.time()) - 86400
FOLDER = "drop"


@dataclass
class Store:
    """One server. ``options``: TOML of a feed; ``secrets``, ``wrong``: TOML of a file of ``keys/``.

    Its sender writes through ``files`` (fsspec's) to ``bucket``, or, where there is none, to a folder.
    """

    protocol: str
    url: str
    options: str
    secrets: str
    wrong: str
    start: Callable[[], None]
    stop: Callable[[], None]
    folder: Path | None = None
    files: Any = None
    bucket: str = "extracts"
    puts: list[int] = field(default_factory=list)

    @property
    def has_folders(self) -> bool:
        """Whether folders, links and times are a file system's."""
        return self.folder is not None

    def put(self, path: str, content: bytes) -> None:
        """Write a file, later than all before by what the store's clock shows."""
        self.puts.append(len(self.puts))
        if self.folder is None:
            time.sleep(1.01 if self.protocol == "s3" and len(self.puts) > 1 else 0)  # its times are seconds
            self.files.pipe_file(f"{self.bucket}/{FOLDER}/{path}", content)
            return
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        os.utime(target, (STARTED + len(self.puts), STARTED + len(self.puts)))

    def paths(self) -> list[str]:
        """Of all that lies below the feed's folder."""
        if self.folder is not None:
            return sorted(
                str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()
            )
        self.files.invalidate_cache()
        found = self.files.find(f"{self.bucket}/{FOLDER}")
        return sorted(path.removeprefix(f"{self.bucket}/{FOLDER}/") for path in found)

    def clear(self) -> None:
        """Leave nothing of an earlier test."""
        for path in self.paths():
            if self.folder is not None:
                (self.folder / path).unlink()
            else:
                self._forget(f"{self.bucket}/{FOLDER}/{path}")

    def _forget(self, path: str) -> None:
        """Some libraries tell the name of an object that stands for a folder without its last sign."""
        try:
            self.files.rm_file(path)
        except FileNotFoundError:
            self.files.rm_file(f"{path}/")
