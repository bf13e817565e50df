"""The people found, whose numbers leave in one of two ways: a file of mode 0600, or a terminal."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import SetupError

HEADER = "person_key,nhs_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Counts, and the people as the audit log names them; the numbers never show in ``repr``."""

    given: int
    not_given: int
    subjects: tuple[str, ...]
    _numbers: tuple[tuple[str, str], ...] = field(repr=False)

    def write(self, path: Path) -> None:
        """Write a CSV of person_key and nhs_number, whole or not at all; readable by its owner only."""
        write_private(path, self._text().encode("ascii"))

    def show(self, write: Callable[[str], object]) -> None:
        """Hand the same text to ``write``, which must lead to a terminal."""
        write(self._text())

    def _text(self) -> str:
        return "\n".join([HEADER, *(f"{key},{number}" for key, number in self._numbers)]) + "\n"


def write_private(path: Path, content: bytes) -> None:
    """Put a file of mode 0600 in place; raises :class:`SetupError` where it cannot be written."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise SetupError(f"{path.name} cannot be written: {os.strerror(error.errno or 0)}") from None
