"""Which received files of a feed count, as the ledger knows them.

- Files count in order of extract date, then of receipt: of one name re-sent for the same day, the later
  content wins (row by row in a delta, whole in a snapshot). Exports fetched from a FHIR server count, within
  their day and after what else came, in the order that their names give: that of the server's own time.
- An extract is held back while a file that it cannot do without (a format's marker files) came and was
  refused: the feed keeps its last good state until the file is mended, re-sent or replayed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from connectors import registry
from connectors.declare import Format
from pipeline.landing.desk import day
from pipeline.landing.feeds import Feed
from pipeline.landing.outcomes import FHIR, UNRECOGNISED
from pipeline.ledger import Ledger

_EXPORT = re.compile(r"\.export-(\d{8}T\d{12}Z-\d+)-\d+\.ndjson")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """One received file of a feed, as the ledger has it."""

    file_id: str
    format: str
    name: str
    extract_date: date
    sequence: int
    rows_landed: int
    outcome: str
    has_duplicates: bool
    mends: str = ""

    @property
    def part(self) -> str:
        """The name under which a later content of the same day replaces this one."""
        return self.name.lower().removesuffix(".gz")

    @property
    def is_good(self) -> bool:
        """Whether its rows lie in the typed zone."""
        return self.outcome in ("landed", "empty")

    @property
    def export(self) -> str:
        """Time and number of the export that it was fetched with; empty for all others."""
        found = _EXPORT.search(self.name)
        return found[1] if found else ""

    @property
    def order(self) -> tuple[date, str, int]:
        """Later is newer."""
        return (self.extract_date, self.export, self.sequence)


@dataclass(frozen=True, slots=True)
class Scope:
    """The good files of one feed up to a day: those that count, and those held back."""

    counting: tuple[KnownFile, ...]
    held: tuple[KnownFile, ...]

    def last_extract_on(self, format_name: str) -> date | None:
        """Newest extract of a format that counts."""
        return max((file.extract_date for file in self.counting if file.format == format_name), default=None)


def declared_name(format_: Format | None, name: str) -> str:
    """Lower-case name of the declared file that came as ``name`` (whole, a part, gzipped), else its own."""
    found = format_.find(name) if format_ else None
    return (found.name if found else name).lower()


def marker_files(format_: Format) -> frozenset[str]:
    """Lower-case names of the files that an extract of this format cannot do without."""
    names = set(format_.required_files)
    if format_.period and len(format_.files) > 1:
        names.add(format_.period[0])
    if len(format_.recognised_by) == 1:
        names.update(format_.recognised_by)
    return frozenset(name.lower() for name in names)


def known_files(ledger: Ledger, feed: Feed, as_of: date) -> list[KnownFile]:
    """Every file that the feed ever sent for an extract date up to ``as_of``, in their order."""
    rows = ledger.query(
        """select file_id, format, file_name, extract_date, received_seq, rows_landed, outcome,
            exists (select 1 from file_rule r
                where r.file_id = f.file_id and r.rule_id = 'duplicate_key') as duplicates,
            coalesce((select mends_file_id from file_mended m where m.file_id = f.file_id), '') as mends
        from file f where source = ? and sender = ? and extract_date <= ?
        order by extract_date, received_seq""",
        (feed.source, feed.sender, as_of.isoformat()),
    )
    files = [
        KnownFile(
            file_id=row["file_id"],
            format=row["format"],
            name=row["file_name"],
            extract_date=day(row["extract_date"]),
            sequence=row["received_seq"],
            rows_landed=row["rows_landed"],
            outcome=row["outcome"],
            has_duplicates=bool(row["duplicates"]),
            mends=row["mends"],
        )
        for row in rows
    ]
    return sorted(files, key=lambda file: file.order)


def in_scope(ledger: Ledger, feed: Feed, as_of: date) -> Scope:
    """The feed's good files up to ``as_of``, without extracts that are held back."""
    files = known_files(ledger, feed, as_of)
    held = held_extracts(feed, files)
    good = [file for file in files if file.is_good]
    return Scope(
        tuple(file for file in good if (file.format, file.extract_date) not in held),
        tuple(file for file in good if (file.format, file.extract_date) in held),
    )


def held_extracts(feed: Feed, files: Iterable[KnownFile]) -> frozenset[tuple[str, date]]:
    """``(format, extract date)`` of the extracts of which a marker file came and no content of it is good."""
    formats = {format_.name: format_ for format_ in registry.source(feed.source).formats}
    came: dict[tuple[str, date, str], bool] = defaultdict(bool)
    for file in files:
        format_ = formats.get(file.format)
        if format_ and declared_name(format_, file.name) in marker_files(format_):
            came[(file.format, file.extract_date, file.part)] |= file.is_good
    return frozenset((name, when) for (name, when, _), is_good in came.items() if not is_good)


def formats_known(feed: Feed, files: Iterable[KnownFile]) -> Mapping[str, Format | None]:
    """Formats that the feed has sent: its native ones, and ``fhir`` (which has no native declaration)."""
    native = {format_.name: format_ for format_ in registry.source(feed.source).formats}
    names = sorted({file.format for file in files} - {UNRECOGNISED})
    return {name: native.get(name) for name in names if name == FHIR or name in native}
