"""What every landing step works with: settings, zones, ledger, run, feed, one DuckDB and a work folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from connectors.fhir import shapes
from pipeline import duck
from pipeline.landing.feeds import Feed
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

_MACROS = Path(shapes.__file__).with_name("macros.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One feed of one run. The connection and the work folder last as long as the step."""

    settings: Settings
    zones: Zones
    ledger: Ledger
    run_id: str
    feed: Feed
    con: duckdb.DuckDBPyConnection
    work: Path

    def typed_path(self, format_name: str, table: str, file_id: str) -> Path:
        """Where the typed rows of one received file lie; ``table`` is a file stem or resource type."""
        return self.zones.typed / self.feed.source / format_name / table / f"{file_id}.parquet"

    def part(self, target: Path) -> Path:
        """Where to write ``target`` before it takes its place in one step."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return target.with_name(f".{target.name}.part")


@contextmanager
def open_desk(settings: Settings, ledger: Ledger, run_id: str, feed: Feed) -> Iterator[Desk]:
    """A desk for one feed, cleared away afterwards whatever happened."""
    zones = Zones(settings.home).create()
    root = zones.home / "landing" / "work"
    root.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as work, duck.connect(settings) as con:
        con.execute(_MACROS.read_text(encoding="utf-8"))
        # Of a list of values in a rule (``in ('a', 'b', ...)``) the engine would make a join, after which it
        # gives rows in any order, and what is numbered by its place would have another row's number.
        con.execute("set disabled_optimizers = 'in_clause'")
        con.execute("set variable source = ?", [feed.source])
        con.execute("set variable sender = ?", [feed.sender])
        yield Desk(
            settings=settings, zones=zones, ledger=ledger, run_id=run_id, feed=feed, con=con, work=Path(work)
        )


def put_in_place(part: Path, target: Path) -> None:
    """Let a written part take its place in one step, readable by this user only."""
    part.chmod(0o600)
    part.replace(target)


def day(text: str) -> date:
    """A date as the ledger keeps it."""
    return date.fromisoformat(text)
