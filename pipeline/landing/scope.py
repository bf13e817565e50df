"""Which received files of a feed count, as the ledger knows them.

- Files count in order of extract date, then of receipt: of one name re-sent for the same day, the later
  content wins (row by row in a delta, whole in a snapshot).
- An extract is held back while a file that it cannot do without (a format's marker files) came and was
  refused: the feed keeps its last good state until the file is mended, re-sent or replayed.
"""

from __future__ import annotations

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

    @property
    def is_good(self) -> bool:
        """Whether its rows lie in the typed zone."""
        return self.outcome in ("landed", "empty")

    @property
    def order(self) -> tuple[date, int]:
        """Later is newer."""
        return (self.extract_date, self.sequence)


@dataclass(frozen=True, slots=True)
class Scope:
    """The good files of one feed up to a day: those that count, and those held back."""

    counting: tuple[KnownFile, ...]
    held: tuple[KnownFile, ...]

    def last_extract_on(self, format_name: str) -> date | None:
        """Newest extract of a format that counts."""
        return max((file.extract_date for file in self.counting if file.format == format_name), default=None)


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
                where r.file_id = f.file_id and r.rule_id = 'duplicate_key') as duplicates
        from file f where source = ? and sender = ? and extract_date <= ?
        order by extract_date, received_seq""",
        (feed.source, feed.sender, as_of.isoformat()),
    )
    return [
        KnownFile(
            file_id=row["file_id"],
            format=row["format"],
            name=row["file_name"],
            extract_date=day(row["extract_date"]),
            sequence=row["received_seq"],
            rows_landed=row["rows_landed"],
            outcome=row["outcome"],
            has_duplicates=bool(row["duplicates"]),
        )
        for row in rows
    ]


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
    markers = {format_.name: marker_files(format_) for format_ in registry.source(feed.source).formats}
    came: dict[tuple[str, date, str], bool] = defaultdict(bool)
    for file in files:
        if file.name.lower() in markers.get(file.format, ()):
            came[(file.format, file.extract_date, file.name.lower())] |= file.is_good
    return frozenset((name, when) for (name, when, _), is_good in came.items() if not is_good)


def formats_known(feed: Feed, files: Iterable[KnownFile]) -> Mapping[str, Format | None]:
    """Formats that the feed has sent: its native ones, and ``fhir`` (which has no native declaration)."""
    native = {format_.name: format_ for format_ in registry.source(feed.source).formats}
    names = sorted({file.format for file in files} - {UNRECOGNISED})
    return {name: native.get(name) for name in names if name == FHIR or name in native}
