"""Writes a whole export: every slice of a place of tables, or what changed of it since another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import duckdb

from connectors.fhir import shapes
from pipeline import duck
from pipeline.landing.export.changes import gone_sql, write_changed
from pipeline.landing.export.listing import ExportedFile, write_manifest
from pipeline.landing.export.records import Chosen, Slice, last_day, list_slices
from pipeline.landing.export.write import Form, write_deletions, write_slice
from pipeline.landing.feeds import Feed
from pipeline.settings import Settings

_MACROS = Path(shapes.__file__).with_name("macros.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was written: ``manifest`` lists every file."""

    manifest: Path
    files: tuple[ExportedFile, ...]

    @property
    def records(self) -> int:
        """Records, deletions not counted."""
        return sum(file.rows for file in self.files if not file.is_deletions)

    @property
    def deletions(self) -> int:
        """Records that are there no more."""
        return sum(file.rows for file in self.files if file.is_deletions)


def export_tables(
    settings: Settings, tables: Path, target: Path, *, chosen: Chosen, form: Form, known_at: str
) -> Made:
    """Write every chosen record of ``tables`` below ``target``, and its manifest."""
    files = []
    with _at_desk(settings) as con:
        for feed, own in _by_feed(list_slices(tables, chosen)):
            files += _feed_files(con, own, target, _day_of(con, tables, feed), form)
    return Made(manifest=write_manifest(target, files, known_at=known_at), files=tuple(files))


def export_changes(
    settings: Settings, tables: Path, then: Path, target: Path, *, chosen: Chosen, form: Form, known_at: str,
    since: str, work: Path,
) -> Made:  # fmt: skip
    """Write what changed from ``then`` to ``tables``, and what is there no more as deletions.

    ``since`` is the instant up to which ``then`` was known; ``work`` an empty folder of the same zone.
    """
    files: list[ExportedFile] = []
    with _at_desk(settings) as con:
        now, before = list_slices(tables, chosen), list_slices(then, chosen)
        for feed, own in _by_feed({*now, *(_in(one, tables) for one in before)}):
            day = _day_of(con, tables, feed, _day_of(con, then, feed))
            changed = [write_changed(con, one, then, work) for one in own]
            files += _feed_files(con, changed, target, day, form)
            gone = gone_sql([one for one in before if one.feed == feed], tables)
            files += write_deletions(con, gone, own[0], target, day, form)
    manifest = write_manifest(target, files, known_at=known_at, since=since)
    return Made(manifest=manifest, files=tuple(files))


def _feed_files(
    con: duckdb.DuckDBPyConnection, slices: Iterable[Slice], target: Path, day: date, form: Form
) -> list[ExportedFile]:
    return [file for one in slices for file in write_slice(con, one, target, day, form)]


def _day_of(con: duckdb.DuckDBPyConnection, tables: Path, feed: Feed, at_least: date = date.min) -> date:
    """The newest day of the feed's records: that of the folder which they are written to."""
    slices = list_slices(tables, Chosen(feed=feed))
    return max(at_least, last_day(con, slices) or at_least)


def _in(one: Slice, tables: Path) -> Slice:
    return Slice(tables=tables, feed=one.feed, resource_type=one.resource_type)


def _by_feed(slices: Iterable[Slice]) -> Iterator[tuple[Feed, Sequence[Slice]]]:
    ordered = sorted(slices, key=lambda one: (one.feed, one.resource_type))
    for feed, own in groupby(ordered, key=lambda one: one.feed):
        yield feed, list(own)


@contextmanager
def _at_desk(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duck.connect(settings) as con:
        con.execute(_MACROS.read_text(encoding="utf-8"))
        yield con
