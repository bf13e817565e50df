"""What is asked of an export: by whom, for whom, what for and why; which records, since when, where to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.landing.export import Chosen

MIGRATION, DIRECT_CARE = "export_migration", "export_direct_care"
PURPOSES: Mapping[str, str] = {
    MIGRATION: "another deployment of the same controllers: everything that was landed",
    DIRECT_CARE: "an organisation that gives care: what the product direct_care may hold",
}
"""What identifiable records are given away for. For planning and research there is the product
``secondary_use``, in pseudonyms and without those who objected; so no purpose here is one of those."""
_ORGANISATION = re.compile(r"[A-Z0-9]{3,9}")
_PURPOSE = re.compile(r"[a-z][a-z_]{1,39}")
LEAST_PART = 1_000_000  # bytes


class ExportRefusedError(ChecksRefusedError):
    """An export was refused by ``rule``, and nothing was written: have the cause mended, then ask again."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(f"export refused ({rule}): {message}")
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """One request, in form. ``since``: a day or a run of ``wsic history list``; then only what changed."""

    out: Path
    requester: str
    organisation: str
    purpose: str
    reason: str
    chosen: Chosen = field(default_factory=Chosen)
    since: date | str | None = None
    is_gzipped: bool = False
    part_bytes: int = 1_000_000_000

    def __post_init__(self) -> None:
        if not _ORGANISATION.fullmatch(self.organisation):
            raise UsageError(
                "--organisation is not an ODS code; valid: 3 to 9 letters and digits, such as E84001"
            )
        if not _PURPOSE.fullmatch(self.purpose):
            raise UsageError(f"--purpose is not a word; valid: {', '.join(PURPOSES)}")
        if self.part_bytes < LEAST_PART:
            raise UsageError(f"a part of fewer than {LEAST_PART:,} bytes is too small")
