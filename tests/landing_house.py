"""A small deployment to land in: three formats of invented sources, a home, extracts, and the accounts.

The sources are declared here so that a change in a real declaration does not move these tests: ``gp/clinic``
is a delta with a marker file, ``community/returns`` a snapshot whose header file names its period,
``social_care/events`` a snapshot whose rows name their period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from connectors import registry
from connectors.columns import coarser, code, day, hashed, identifier, kept
from connectors.declare import SOURCE_WORDS, Format, Kind, Mode, NativeFile, RowCheck, Severity, Source
from pipeline.landing import Feed, FeedOutcome, build_fhir, current_rows, land_feed
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

CLINIC = Format(
    name="clinic",
    recognised_by=("Person.csv",),
    mode=Mode.DELTA,
    files=(
        NativeFile(
            name="Person.csv",
            record_id='"PersonId"',
            deleted_when='"Deleted"',
            columns=(
                hashed("PersonId", "The person", key=True, required=True),
                identifier("FamilyName", "Surname"),
                coarser("Born", "Date of birth", Kind.DATE, required=True),
                code("Sex", "Sex", "F", "M"),
                kept("Deleted", "Whether the row is a delete", Kind.BOOLEAN),
                code("Extra", "May be left out", optional=True),
            ),
        ),
        NativeFile(
            name="Visit.csv",
            record_id='"PersonId"',
            deleted_when='"Deleted"',
            columns=(
                hashed("VisitId", "The visit", key=True, required=True),
                hashed("PersonId", "Who came", required=True),
                day("Seen", "When"),
                code("Reason", "Why", "A", "B", on_unknown=Severity.ROW),
                kept("Minutes", "How long", Kind.INTEGER, on_malformed=Severity.WARNING),
                kept("Deleted", "Whether the row is a delete", Kind.BOOLEAN),
            ),
            checks=(
                RowCheck(
                    rule_id="negative_minutes",
                    column="Minutes",
                    severity=Severity.WARNING,
                    predicate='"Minutes" < 0',
                    meaning="a visit ended before it began",
                ),
            ),
        ),
        NativeFile(
            name="Staff.csv", supporting=True, columns=(hashed("StaffId", "Who works there", key=True),)
        ),
    ),
)
RETURNS = Format(
    name="returns",
    recognised_by=("Head.csv",),
    required_files=("Head.csv",),
    mode=Mode.SNAPSHOT,
    period=("Head.csv", ("Start",)),
    files=(
        NativeFile(
            name="Head.csv", supporting=True, columns=(day("Start", "First day of the period", key=True),)
        ),
        NativeFile(
            name="Contact.csv",
            record_id='"PersonId"',
            columns=(
                hashed("ContactId", "The contact", key=True, required=True),
                hashed("PersonId", "Who"),
                code("Status", "How it went"),
            ),
        ),
    ),
)
EVENTS = Format(
    name="events",
    recognised_by=("Event.csv",),
    mode=Mode.SNAPSHOT,
    period=("Event.csv", ("Start",)),
    files=(
        NativeFile(
            name="Event.csv",
            record_id='"PersonId"',
            columns=(
                hashed("PersonId", "Who", key=True, required=True),
                code("Kind", "What", key=True),
                day("Start", "First day of the period"),
                code("Status", "How it went"),
            ),
        ),
    ),
)
_FORMATS = {"gp": (CLINIC,), "community": (RETURNS,), "social_care": (EVENTS,)}
_MAPPINGS = {
    "clinic": {
        "Patient": (
            (
                "",
                """select fhir_id(getvariable('source'), getvariable('sender'), 'Patient', "PersonId") as id,
                    [{'family': "FamilyName"}] as name, "Born"::varchar as "birthDate",
                    _record_id, _file_id, _row, _extract_date from "Person" """,
            ),
        ),
        "Encounter": (
            (
                "",
                """select fhir_id(getvariable('source'), getvariable('sender'), 'Encounter', "VisitId") as id,
                    'finished' as status, {'start': "Seen"::varchar} as period,
                    reference_to(getvariable('source'), getvariable('sender'), 'Patient', "PersonId")
                        as subject,
                    _record_id, _file_id, _row, _extract_date from "Visit" """,
            ),
        ),
    },
    "returns": {
        "Encounter": (
            ("", """select "ContactId" as id, _record_id, _file_id, _row, _extract_date from "Contact" """),
        )
    },
    "events": {
        "CarePlan": (
            ("", """select "Kind" as id, _record_id, _file_id, _row, _extract_date from "Event" """),
        )
    },
}
PERSON = "PersonId,FamilyName,Born,Sex,Deleted,Extra"
VISIT = "VisitId,PersonId,Seen,Reason,Minutes,Deleted"
CONTACT = "ContactId,PersonId,Status"
EVENT = "PersonId,Kind,Start,Status"
AS_OF = date(2026, 3, 31)


def declare_sources(monkeypatch: Any) -> None:
    """Put the invented sources in the place of the real ones."""
    sources = {word: Source(word=word, title=word, formats=_FORMATS.get(word, ())) for word in SOURCE_WORDS}
    monkeypatch.setattr(registry, "SOURCES", MappingProxyType(sources))
    monkeypatch.setattr(registry, "mapping_sql", lambda _, name: _MAPPINGS.get(name, {}))


def mend_rule(monkeypatch: Any, values: str = "ABZ") -> None:
    """Let ``Visit.Reason`` hold the code that was refused."""
    visits = CLINIC.file("Visit.csv")
    columns = tuple(
        replace(column, values=frozenset(values)) if column.name == "Reason" else column
        for column in visits.columns
    )
    files = tuple(replace(file, columns=columns) if file is visits else file for file in CLINIC.files)
    gp = replace(registry.source("gp"), formats=(replace(CLINIC, files=files),))
    monkeypatch.setattr(registry, "SOURCES", MappingProxyType({**registry.SOURCES, "gp": gp}))


@dataclass
class House:
    """One home and one extracts folder."""

    root: Path
    settings: Settings = field(init=False)
    runs: int = 0

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.root / "home", memory_limit="1GB", threads=1)
        self.zones = Zones(self.settings.home).create()
        self.ledger = Ledger(self.zones.audit / "ledger.sqlite")
        self.extracts = self.root / "extracts"
        self.extracts.mkdir()

    def send(
        self,
        file: str,
        *lines: str,
        feed: str = "gp/X01",
        on: str = "2026-03-30",
        content: bytes | None = None,
    ) -> Path:
        """Put a file where a sender would: the lines as UTF-8 text, or ``content`` as it is."""
        path = self.extracts / feed / on / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes("".join(f"{line}\n" for line in lines).encode() if content is None else content)
        return path

    def land(self, feed: str = "gp/X01", as_of: date = AS_OF) -> FeedOutcome:
        """Land one feed in a run of its own and build its FHIR tables."""
        outcome = self.receive(feed, as_of)
        run_id = f"run-{self.runs}"
        build_fhir(self.settings, self.ledger, run_id=run_id, feed=Feed(*feed.split("/")), as_of=as_of)
        return outcome

    def receive(self, feed: str = "gp/X01", as_of: date = AS_OF) -> FeedOutcome:
        """Land one feed in a run of its own, which ends before its FHIR tables are built."""
        self.runs += 1
        return land_feed(
            self.settings,
            self.ledger,
            run_id=f"run-{self.runs}",
            feed=Feed(*feed.split("/")),
            extracts=self.extracts,
            as_of=as_of,
        )

    def fhir(self, resource_type: str, columns: str, feed: str = "gp/X01") -> list[tuple[Any, ...]]:
        """Columns of a FHIR table of one feed, in order of their values."""
        source, sender = feed.split("/")
        path = self.zones.fhir / resource_type / f"source={source}" / f"sender={sender}" / "data.parquet"
        return rows_of(path, columns)

    def current(self, feed: str = "gp/X01") -> list[tuple[Any, ...]]:
        """``(record_id, row, supporting)`` of the current rows of one feed."""
        source, sender = feed.split("/")
        return rows_of(current_rows(self.zones, Feed(source, sender)), 'record_id, "row", supporting')

    def files(self) -> list[Mapping[str, Any]]:
        """The ledger's files in order of receipt."""
        return self.ledger.query("select * from file order by received_seq")

    def rules(self, file_name: str) -> dict[str, int]:
        """Rules that a file broke -> rows."""
        rows = self.ledger.query(
            """select rule_id, sum(rows) as n from file_rule join file using (file_id)
            where file_name = ? group by 1""",
            (file_name,),
        )
        return {row["rule_id"]: row["n"] for row in rows}

    def quarantined(self) -> list[tuple[Any, ...]]:
        """``(_row, line_number, column_name, rule_id)`` of every refused row."""
        found: list[tuple[Any, ...]] = []
        for path in sorted(self.zones.quarantine.rglob("*.parquet")):
            found += rows_of(path, "_row, line_number, column_name, rule_id")
        return found

    def unbalanced(self) -> Sequence[Mapping[str, Any]]:
        """Stage rows whose rows in are not rows out, quarantined, withheld and superseded together."""
        return self.ledger.query(
            """select * from stage
            where rows_in <> rows_out + rows_quarantined + rows_withheld + rows_superseded
                or rows_out < 0 or rows_superseded < 0"""
        )


def standing(root: Path, feed: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every FHIR table and the current rows of a feed in a home, or in an answer about an earlier night: all
    columns, ordered; types without a row are left out."""
    source, sender = feed.split("/")
    found = {
        path.parts[-4]: rows_of(path, "*")
        for path in sorted(root.glob(f"fhir/*/source={source}/sender={sender}/data.parquet"))
    }
    current = [*root.glob(f"landing/current/{feed}.parquet"), *root.glob(f"current/{feed}.parquet")]
    return {kind: rows for kind, rows in found.items() if rows} | {
        "current": [row for path in current for row in rows_of(path, "*")]
    }


def rows_of(path: Path, columns: str) -> list[tuple[Any, ...]]:
    """Columns of a Parquet file, in order of their values."""
    with duckdb.connect() as con:
        return con.execute(
            f"select {columns} from read_parquet(?, hive_partitioning = false) order by all", [str(path)]
        ).fetchall()


def person(
    number: int, *, name: str = "Alder", born: str = "1980-02-03", sex: str = "F", deleted: str = "false"
) -> str:
    """A line of ``Person.csv``."""
    return f"P{number},{name},{born},{sex},{deleted},"


def people(*numbers: int) -> list[str]:
    """Rows of the person file, one for each number."""
    return [person(number) for number in numbers]


def visit(
    number: int, *, who: int = 1, seen: str = "2026-01-02", reason: str = "A", minutes: str = "10"
) -> str:
    """A line of ``Visit.csv``."""
    return f"V{number},P{who},{seen},{reason},{minutes},false"
