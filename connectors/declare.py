"""The words in which a source is declared: columns, files, formats, sources.

A declaration is data. The reader, the row checks, the register of handling and the
documentation are all derived from it, so that a column is described in one place only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum

# The ending of a part's name: a number behind a dot, hyphen or underscore.
_PART = re.compile(r"[._-](?:part)?[._-]?\d{1,4}(?:[._-]?of[._-]?\d{1,4})?(\.[a-z]+)$")

SOURCE_WORDS = ("gp", "acute", "community", "mental_health", "social_care", "ambulance")


# ``record_id`` of a file whose rows do not say whom they are about, as only another file's row does (a
# contact's person is its referral's): the mapping finds the person, so the row has none until then.
PERSON_ELSEWHERE = "null::varchar"


class Handling(StrEnum):
    """What may happen to a column's values on the way to a product. No word means dropped."""

    IDENTIFIER = "identifier"  # read for linking only; never leaves the identifiable zones
    PSEUDONYMISE = "pseudonymise"  # leaves as a keyed hash
    GENERALISE = "generalise"  # leaves coarser: birth month, LSOA, days of a newborn
    KEEP = "keep"  # leaves as it is
    DROP = "drop"  # never leaves
    FREE_TEXT = "free_text"  # never leaves: people write names into it


class Kind(StrEnum):
    """The logical type of a native column; :mod:`connectors.types` gives each its SQL."""

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"


class Mode(StrEnum):
    """How a later extract relates to an earlier one of the same sender."""

    DELTA = "delta"
    SNAPSHOT = "snapshot"


class Severity(StrEnum):
    """What a broken row rule does: refuse the file, quarantine the row, or only count it."""

    FILE = "file"
    ROW = "row"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Column:
    """One native column, as the sender names it; name, kind, handling and meaning go by position.

    ``values`` lists the codes that the sender may use (empty: any); a value outside it breaks
    the rule ``unknown_code`` with the severity ``on_unknown``. A value that is not of the column's
    kind breaks ``malformed_<kind>`` with the severity ``on_malformed``; where that is a warning the
    value is lost and the row goes on. ``required`` means that a row without it is refused (unless
    the row is a tombstone); ``optional`` that the column itself may be missing from the file.
    """

    name: str
    kind: Kind
    handling: Handling
    meaning: str
    _: KW_ONLY
    key: bool = False
    optional: bool = False
    required: bool = False
    values: frozenset[str] = frozenset()
    on_unknown: Severity = Severity.WARNING
    on_malformed: Severity = Severity.ROW


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A rule of one file beyond what its columns say by themselves.

    ``predicate`` is SQL over the typed columns and ``_extract_date``, true where the rule is broken;
    ``column`` the one to look at first.
    """

    rule_id: str
    column: str
    severity: Severity
    predicate: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeFile:
    """One file of a format.

    ``deleted_when`` is a SQL predicate over the typed columns that marks a tombstone;
    ``record_id`` the SQL expression of the patient's id within the sender (null for rows that
    are about no person); ``order_by`` is the SQL of the rows' own order: of one
    key in one extract the greatest is the newest.
    ``supporting`` marks a file that no resource is made of row by row: dictionaries, headers,
    manifests, staff, and files that only fill in the resources of another file.
    """

    name: str
    columns: tuple[Column, ...]
    record_id: str | None = None
    deleted_when: str = "false"
    order_by: str = ""
    supporting: bool = False
    checks: tuple[RowCheck, ...] = ()

    @property
    def stem(self) -> str:
        """File name without its ending: the name of the view that mappings read."""
        return self.name.rsplit(".", 1)[0]

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Names of the columns that together identify a row within its sender."""
        return tuple(column.name for column in self.columns if column.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The file of a delta that says of each other file of its extract whether it is one.

    ``name_column`` names the file that a row is about; ``whole_when`` is a SQL predicate, true where that
    file holds everything: it replaces all that the sender sent before of that name.
    """

    file: str
    name_column: str
    whole_when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One native format of a source, recognised by the presence of one of its files.

    ``period`` names the file and columns that say which reporting period a snapshot is for:
    a later extract of the same period replaces the earlier one. ``dates`` names the form in which
    its dates are written: a word of :data:`connectors.types.DATE_STYLES`.
    """

    name: str
    recognised_by: tuple[str, ...]
    mode: Mode
    files: tuple[NativeFile, ...]
    period: tuple[str, tuple[str, ...]] | None = None
    required_files: tuple[str, ...] = ()
    listing: Listing | None = None
    dates: str = "iso"

    def file(self, name: str) -> NativeFile:
        """The declaration of the file called ``name``, as :meth:`find` has it; KeyError where none is."""
        found = self.find(name)
        if found is None:
            raise KeyError(f"format {self.name} declares no such file; valid: {', '.join(self._by_name)}")
        return found

    def find(self, name: str) -> NativeFile | None:
        """The declaration of a file that came as ``name``, if there is one: in any case, gzipped or not,
        whole or one of the parts that a sender split it into (``APC_01.csv``, ``apc.part2of3.CSV.gz``)."""
        plain = name.lower().removesuffix(".gz")
        whole = _PART.sub(r"\1", plain)
        return self._by_name.get(plain) or self._by_name.get(whole)

    @property
    def _by_name(self) -> Mapping[str, NativeFile]:
        return {file.name.lower(): file for file in self.files}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A care setting's feeds: its native formats; FHIR NDJSON is accepted for every source."""

    word: str
    title: str
    formats: tuple[Format, ...] = field(default=())
