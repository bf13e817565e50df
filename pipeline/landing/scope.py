"""Which received files of a feed count, as the ledger knows them.

- Files count in order of extract date. Within a day exports fetched from a FHIR server count after what else
  came, in the order of the server's own time; all others by name, the parts of a split file by number. So the
  order in which files arrive decides nothing, but for one thing that nothing else tells: of one name sent
  again for the same day, the content received later wins (row by row in a delta, whole in a snapshot).
- An extract is held back while a file that it cannot do without came and was refused (a format's marker
  files), or has not come (the header file that names the period of a submission): the feed keeps its last
  good state until the file comes, is mended, re-sent or replayed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from connectors import registry
from connectors.declare import Format, Mode
from connectors.fhir.out import is_exported
from pipeline.landing.desk import day
from pipeline.landing.feeds import Feed
from pipeline.landing.outcomes import FHIR
from pipeline.ledger import Ledger

_NUMBER = re.compile(r"(\d+)")
_EXPORT = re.compile(r"\.export-(\d{8}T\d{12}Z-\d+)-\d+\.ndjson")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """One received file of a feed, as the ledger has it. ``sequence``: its place in the order of receipt;
    ``content``: that of the file whose rows it mends, else its own."""

    file_id: str
    format: str
    name: str
    extract_date: date
    sequence: int
    content: int
    rows_landed: int
    outcome: str
    has_duplicates: bool
    mends: str = ""
    kept_as: str = ""

    @property
    def stored_as(self) -> str:
        """The name of its typed rows: its id; those that a later check has replaced have one of their own."""
        return self.kept_as or self.file_id

    @property
    def part(self) -> str:
        """The name under which a later content of the same day replaces this one."""
        return part_of(self.name)

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
    def is_exported(self) -> bool:
        """Whether an export of landed records wrote it (``wsic export-fhir``)."""
        return is_exported(self.name)

    @property
    def order(self) -> tuple[date, str, tuple[str | int, ...], str, int, int]:
        """Later is newer. Numbers in a name count as numbers: part 10 follows part 9."""
        stem = self.part.rsplit(".", 1)[0]
        words = tuple(int(word) if word.isdigit() else word for word in _NUMBER.split(stem))
        return (self.extract_date, self.export, words, self.part, self.content, self.sequence)


@dataclass(frozen=True, slots=True)
class Scope:
    """The good files of one feed up to a day: those that count, and those held back."""

    counting: tuple[KnownFile, ...]
    held: tuple[KnownFile, ...]

    def last_extract_on(self, format_name: str) -> date | None:
        """Newest extract of a format that counts."""
        return max((file.extract_date for file in self.counting if file.format == format_name), default=None)


def part_of(name: str) -> str:
    """``name`` without what does not tell it from another file of the day: case, and compression."""
    return name.lower().removesuffix(".gz")


def declared_name(format_: Format | None, name: str) -> str:
    """Lower-case name of the declared file that came as ``name`` (whole, a part, gzipped), else its own."""
    found = format_.find(name) if format_ else None
    return (found.name if found else name).lower()


def header_file(format_: Format) -> str:
    """Lower-case name of the file that names the period of a submission; empty where rows do it, or none."""
    if format_.mode is not Mode.SNAPSHOT or format_.period is None or len(format_.files) == 1:
        return ""
    return format_.period[0].lower()


def marker_files(format_: Format) -> frozenset[str]:
    """Lower-case names of the files that an extract of this format cannot do without."""
    names = set(format_.required_files)
    if header := header_file(format_):
        names.add(header)
    if len(format_.recognised_by) == 1:
        names.update(format_.recognised_by)
    return frozenset(name.lower() for name in names)


def known_files(ledger: Ledger, feed: Feed, as_of: date, *, known_seq: int | None = None) -> list[KnownFile]:
    """Every file that the feed ever sent for an extract date up to ``as_of``, in their order.

    With ``known_seq`` as they were known when the ledger's ``file_known`` had come to that number.
    """
    rows = ledger.query(
        _KNOWN,
        {
            "source": feed.source,
            "sender": feed.sender,
            "as_of": as_of.isoformat(),
            "known_seq": _EVER if known_seq is None else known_seq,
        },
    )
    files = [
        KnownFile(
            file_id=row["file_id"],
            format=row["format"],
            name=row["file_name"],
            extract_date=day(row["extract_date"]),
            sequence=row["sequence"],
            content=row["content"],
            rows_landed=row["rows_landed"],
            outcome=row["outcome"],
            has_duplicates=bool(row["duplicates"]),
            mends=row["mends"],
            kept_as=f"{row['file_id']}.{row['version']}" if row["version"] != row["newest"] else "",
        )
        for row in rows
    ]
    return sorted(files, key=lambda file: file.order)


_EVER = 2**62
# version: the check whose rows counted then; newest: the one whose rows count now. What a file broke is known
# of its newest check only, so of an older one it is not known that it had no duplicate.
_KNOWN = """
    with own as (select * from file where source = :source and sender = :sender and extract_date <= :as_of),
    ever as (select k.* from own join file_known k using (file_id)),
    known as (select * from ever where known_seq <= :known_seq),
    placed as (select file_id, max(received_seq) as sequence from known group by file_id),
    checked as (
        select file_id, max(known_seq) as version from known where act <> 'sent_again' group by file_id
    ),
    newest as (select file_id, max(known_seq) as newest from ever where act <> 'sent_again' group by file_id)
    select f.file_id, f.format, f.file_name, f.extract_date, p.sequence, c.version, n.newest,
        k.rows_landed, k.outcome, coalesce(m.mends_file_id, '') as mends,
        coalesce(o.sequence, p.sequence) as content,
        c.version <> n.newest or exists (select 1 from file_rule r
            where r.file_id = f.file_id and r.rule_id = 'duplicate_key') as duplicates
    from own f
    join placed p using (file_id)
    join checked c using (file_id)
    join newest n using (file_id)
    join file_known k on k.known_seq = c.version
    left join file_mended m on m.file_id = f.file_id
    left join placed o on o.file_id = m.mends_file_id"""


def in_scope(ledger: Ledger, feed: Feed, as_of: date, *, known_seq: int | None = None) -> Scope:
    """The feed's good files up to ``as_of``, without extracts that are held back; as :func:`known_files`."""
    files = known_files(ledger, feed, as_of, known_seq=known_seq)
    held = held_extracts(feed, files)
    good = [file for file in files if file.is_good]
    return Scope(
        tuple(file for file in good if (file.format, file.extract_date) not in held),
        tuple(file for file in good if (file.format, file.extract_date) in held),
    )


def held_extracts(feed: Feed, files: Iterable[KnownFile]) -> frozenset[tuple[str, date]]:
    """``(format, extract date)`` of the extracts of which a marker file came and no content of it is good, or
    of which the header file has not come."""
    formats = {format_.name: format_ for format_ in registry.source(feed.source).formats}
    came: dict[tuple[str, date, str], bool] = defaultdict(bool)
    for file in files:
        format_ = formats.get(file.format)
        name = declared_name(format_, file.name)
        if format_ and name in marker_files(format_):
            came[(file.format, file.extract_date, file.part)] |= file.is_good
        if format_ and (header := header_file(format_)):
            came[(file.format, file.extract_date, header)] |= file.is_good and name == header
    return frozenset((name, when) for (name, when, _), is_good in came.items() if not is_good)


def formats_known(feed: Feed, files: Iterable[KnownFile]) -> Mapping[str, Format | None]:
    """Formats that the feed has sent: its native ones, and ``fhir`` (which has no native declaration).

    Where its sender has a native one, an export of what it sent makes nobody wait for another as FHIR.
    """
    native = {format_.name: format_ for format_ in registry.source(feed.source).formats}
    own = {file.format for file in files if not file.is_exported}
    names = sorted((own & native.keys() and own) or {file.format for file in files})
    return {name: native.get(name) for name in names if name == FHIR or name in native}
