"""What came of each file and feed: counts and rule words, never a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from connectors.declare import Severity

FHIR = "fhir"  # format word of FHIR NDJSON files
UNRECOGNISED = "unrecognised"  # format word of files that belong to no format


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that rows of a file broke, or that the file broke as a whole (``rows`` = its rows)."""

    rule_id: str
    severity: Severity
    rows: int
    column: str = ""


@dataclass(frozen=True, slots=True)
class Stripped:
    """Unknown extensions of one URL at one element, taken off ``records`` records of a file."""

    resource_type: str
    place: str
    url: str
    records: int
    extensions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """One received file after its checks. ``outcome``: landed, empty (header only) or refused."""

    file_id: str
    source: str
    sender: str
    extract_date: date
    file_name: str
    file_sha256: str
    format: str
    rows_in: int
    rows_quarantined: int
    outcome: str
    message: str = ""
    rules: tuple[Broken, ...] = ()
    stripped: tuple[Stripped, ...] = ()

    @property
    def rows_landed(self) -> int:
        """Rows that went on to the typed zone."""
        return self.rows_in - self.rows_quarantined

    @property
    def where(self) -> str:
        """Source, sender, extract date and file, as messages name them."""
        return f"{self.source}/{self.sender}/{self.extract_date}/{self.file_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """One feed after landing. ``outcome``: landed, unchanged, refused or missing."""

    source: str
    sender: str
    outcome: str
    message: str = ""
    files: tuple[FileOutcome, ...] = field(default=())
    seen_before: int = 0
    last_extract_on: date | None = None
    is_late: bool = False

    @property
    def rows_in(self) -> int:
        """Rows received tonight, in files not seen before."""
        return sum(file.rows_in for file in self.files)


@dataclass(slots=True)
class Tally:
    """What came of the files of one feed while it is being landed."""

    outcomes: list[FileOutcome] = field(default_factory=list)
    seen_before: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
