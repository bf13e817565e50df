"""Which records there are to write: the landed tables by source, sender and resource type.

A place of tables is laid out as the FHIR zone is: ``<ResourceType>/source=<s>/sender=<x>/data.parquet``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from connectors.declare import SOURCE_WORDS
from connectors.fhir import shapes
from pipeline.duck import literal
from pipeline.errors import UsageError, one_of
from pipeline.landing.feeds import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The records of one resource type of one feed; ``tables`` is the place that they lie in."""

    tables: Path
    feed: Feed
    resource_type: str

    @property
    def path(self) -> Path:
        """The Parquet file of the records, whether it is there or not."""
        place = f"source={self.feed.source}/sender={self.feed.sender}/data.parquet"
        return self.tables / self.resource_type / place

    @property
    def rows(self) -> str:
        """Relation of the records, in the declared columns; empty where there is no file."""
        if self.path.exists():
            return f"read_parquet({literal(self.path)}, hive_partitioning = false)"
        columns = shapes.columns(self.resource_type).items()
        typed = ", ".join(f'null::{kind} as "{name}"' for name, kind in columns)
        return f"(select {typed} where false)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which slices: those of some sources, resource types or one feed; of all where none is named.

    Raises :class:`UsageError` for a source or resource type that is not known.
    """

    sources: tuple[str, ...] = ()
    resource_types: tuple[str, ...] = ()
    feed: Feed | None = None

    def __post_init__(self) -> None:
        for what, given, valid in (
            ("source", self.sources, SOURCE_WORDS),
            ("resource type", self.resource_types, shapes.RESOURCE_TYPES),
        ):
            for word in given:
                if word not in valid:
                    raise UsageError(one_of(what, word, valid))

    def has(self, one: Slice) -> bool:
        """Whether a slice is among them."""
        return (
            one.feed.source in (self.sources or SOURCE_WORDS)
            and one.resource_type in (self.resource_types or shapes.RESOURCE_TYPES)
            and self.feed in (None, one.feed)
        )


def list_slices(tables: Path, chosen: Chosen) -> list[Slice]:
    """The chosen slices of ``tables`` in a stable order, by feed and resource type."""
    found = []
    for path in tables.glob("*/source=*/sender=*/data.parquet"):
        sender, source, resource_type = (folder.name for folder in tuple(path.parents)[:3])
        feed = Feed(source.removeprefix("source="), sender.removeprefix("sender="))
        found.append(Slice(tables=tables, feed=feed, resource_type=resource_type))
    return sorted((one for one in found if chosen.has(one)), key=lambda one: (one.feed, one.resource_type))


def last_day(con: duckdb.DuckDBPyConnection, slices: Iterable[Slice]) -> date | None:
    """The newest extract date among the records of ``slices``; none where there is no record."""
    days = " union all ".join(f"select max(_extract_date) as d from {one.rows}" for one in slices)
    found = con.execute(f"select max(d) from ({days or 'select null::date as d'})").fetchone()
    return found[0] if found else None
