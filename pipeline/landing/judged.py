"""The verdict on one file, before anything of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.declare import Severity
from pipeline.landing.outcomes import Broken


@dataclass(frozen=True, slots=True)
class Judged:
    """A file's rows and every rule it broke, before it is written anywhere."""

    rows_in: int
    quarantined: int
    broken: tuple[Broken, ...]
    message: str = ""
    passed: str = "true"  # condition over the rows read (by ``_row``) of those that go on

    @property
    def is_refused(self) -> bool:
        """Whether a rule refused the file as a whole."""
        return any(item.severity is Severity.FILE for item in self.broken)
