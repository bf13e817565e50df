"""Writing a page: whole or not at all, and for its owner only."""

from __future__ import annotations

import os
from pathlib import Path


def write_page(path: Path, text: str) -> Path:
    """Write ``text`` to ``path``, mode 0600 from its first byte on; folders that are made are 0700.

    What lay there before stays until the new page is whole.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.partial")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
    return path
