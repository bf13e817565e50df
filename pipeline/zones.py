"""The folders under ``WSIC_HOME``: who may look into which.

Identifiable zones are 0700. Only landing, ``connectors/``, ``expectations/`` and
``pipeline/identity/`` may open them; everything after ``pseudonymised`` sees pseudonyms only.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

IDENTIFIABLE = ("landing", "fhir", "quarantine", "identity")
PRIVATE = (*IDENTIFIABLE, "keys", "audit", "pseudonymised", "warehouse")
ZONES = (*PRIVATE, "published")
PASSED_THROUGH = ("pseudonymised", "warehouse")  # by the account that dbt runs as, if it has one


@dataclass(frozen=True, slots=True)
class Zones:
    """Paths of all zones below one home."""

    home: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "home", self.home.absolute())

    def create(self) -> Zones:
        """Make every zone with its mode, tightening a zone that stands too wide open.

        Where dbt has an account of its own, its group may pass into two of them.
        """
        if not self.home.exists():
            self.home.mkdir(parents=True)
            self.home.chmod(0o755)  # readers pass through it, whatever the umask
        for name in ZONES:
            folder, mode = self.home / name, 0o700 if name in PRIVATE else 0o755
            folder.mkdir(exist_ok=True)
            found = stat.S_IMODE(folder.stat().st_mode)
            if found != mode and not (name in PASSED_THROUGH and found == mode | stat.S_IXGRP):
                folder.chmod(mode)
        return self

    @property
    def received(self) -> Path:
        """Files as received: ``<source>/<sender>/<date>/<name>``, immutable."""
        return self.home / "landing" / "received"

    @property
    def fetched(self) -> Path:
        """What was fetched, by whatever transport, laid out as extracts are: landing reads both."""
        return self.home / "landing" / "fetched"

    @property
    def fetching(self) -> Path:
        """What is being fetched: a folder an export, a mailbox or a store."""
        return self.home / "landing" / "fetching"

    @property
    def typed(self) -> Path:
        """Native rows that passed their checks, as typed Parquet, one file a received file."""
        return self.home / "landing" / "typed"

    @property
    def history(self) -> Path:
        """Answers about earlier nights, a folder a run: ``fhir/`` and ``current/`` as they were."""
        return self.home / "landing" / "history"

    @property
    def reference(self) -> Path:
        """Reference data in use, as Parquet."""
        return self.home / "landing" / "reference"

    @property
    def fhir(self) -> Path:
        """``<ResourceType>/source=<s>/sender=<x>/data.parquet``."""
        return self.home / "fhir"

    @property
    def quarantine(self) -> Path:
        """Refused rows, one Parquet a received file."""
        return self.home / "quarantine"

    @property
    def identity(self) -> Path:
        """The vault, the link table and eligibility."""
        return self.home / "identity"

    @property
    def keys(self) -> Path:
        """Key files of the file key provider."""
        return self.home / "keys"

    @property
    def audit(self) -> Path:
        """The ledger and the audit log."""
        return self.home / "audit"

    def pseudonymised(self, product: str) -> Path:
        """What dbt reads for one product: ``<source>__<entity>.parquet`` and the like."""
        return self.home / "pseudonymised" / product

    def warehouse(self, product: str) -> Path:
        """The database that dbt builds for one product."""
        return self.home / "warehouse" / f"{product}.duckdb"

    def published(self, product: str) -> Path:
        """Folder of one product: ``current.duckdb``, ``versions/``, ``parquet/``."""
        return self.home / "published" / product

    def fhir_files(self, resource_type: str) -> list[Path]:
        """Every Parquet file of one resource type, in a stable order."""
        return sorted((self.fhir / resource_type).glob("source=*/sender=*/*.parquet"))
