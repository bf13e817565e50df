"""Records of one block of people, by the generator's own lives and errors, without writing a native file.

The people, their hospital stays, referrals and care events, and the way every sender writes them down are
those of :mod:`synthetic`, drawn from the same random streams: the same seed and size give the same records
that ``wsic synthesise`` and landing would. What a GP did with a patient is left out: it makes no record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import numpy as np

from synthetic import people, world
from synthetic.chronicle import acute, gp, social, teams
from synthetic.economy import BLOCK_PEOPLE
from synthetic.people import Block
from synthetic.plan import deliveries
from synthetic.rows import Rows, stack
from synthetic.senders import render
from synthetic.span import Span

_RECORDS = Path(__file__).with_name("records")
_TEAMS = {"community": ("community", "community_trust"), "mental_health": ("mental", "mental_trust")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What is made: how many people, from which seed, up to which day."""

    people: int
    seed: int
    end: date

    @property
    def blocks(self) -> int:
        """How many blocks of people there are."""
        return -(-self.people // BLOCK_PEOPLE)


def write(size: Size, number: int, folder: Path) -> None:
    """Write ``<folder>/known/<number>.parquet`` and ``<folder>/people/<number>.parquet``."""
    connection, span = _connection(size), Span.until(size.end, 1)
    base = number * BLOCK_PEOPLE
    block = people.make(
        _world(size), span, number=number, base=base, size=min(BLOCK_PEOPLE, size.people - base)
    )
    for name, rows in _tables(block).items():
        render.load(connection, name, rows)
    connection.execute(f"set variable base = {base}; set variable until = {span.end}")
    _copy(connection, _queries(connection), folder / "known" / f"{number:05d}.parquet")
    _copy(
        connection,
        "select getvariable('base') + person as person, ethnic_category, imd_decile from people",
        folder / "people" / f"{number:05d}.parquet",
    )


def _tables(block: Block) -> Mapping[str, Rows]:
    """Everything that the queries read of a block."""
    tables: dict[str, Rows] = {}
    planted: list[Rows] = []
    attended, spells = acute.add(block, tables, planted)
    gp.register(block, block.rng("gp records"), tables, planted)
    teams.add(block, tables, planted, attended=attended, spells=spells)
    social.add(block, tables, planted, spells=spells)
    tables["people"] = Rows(
        person=np.arange(block.rows.height),
        ethnic_category=block.rows["ethnic_category"],
        imd_decile=block.decile,
    )
    unread = ("secondary_code", "community_contact", "mental_contact", "mental_spell", "ward_stay")
    return {name: rows for name, rows in tables.items() if name not in unread}


def _queries(connection: duckdb.DuckDBPyConnection) -> str:
    """Make the records of every source as temp tables; SELECT of all of them."""
    made = [_made(connection, source) for source in ("gp", "acute", "social_care")]
    for source, (prefix, trust) in _TEAMS.items():
        connection.execute(f"set variable source = '{source}'")
        for table, stands_for in (
            ("team_record", f"{prefix}_record"),
            ("team_referral", f"{prefix}_referral"),
            ("team_trust", trust),
        ):
            connection.execute(f"create or replace temp view {table} as select * from {stands_for}")
        made.append(_made(connection, source, "team"))
    return " union all by name ".join(f"select * from {table}" for table in made)


def _made(connection: duckdb.DuckDBPyConnection, source: str, query: str | None = None) -> str:
    sql = (_RECORDS / f"{query or source}.sql").read_text(encoding="utf-8")
    connection.execute(f"create or replace temp table known_{source} as {sql}")
    return f"known_{source}"


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy ({query}) to '{path}' (format parquet)")


@cache
def _world(size: Size) -> world.World:
    return world.build(size.seed, size.people)


@cache
def _connection(size: Size) -> duckdb.DuckDBPyConnection:
    """A connection with the senders' words and macros, kept for all blocks of this process."""
    connection = render.connect(_world(size), Span.until(size.end, 1))
    render.load(connection, "period", _periods(size))
    return connection


def _periods(size: Size) -> Rows:
    """Submissions in order: ix, source, sender (index), first, last and sent (days)."""
    planned = [d for d in deliveries(size.seed, Span.until(size.end, 1)) if d.period != (0, 0)]
    parts = [
        Rows(
            ix=np.array([ix]),
            source=np.array([delivery.source], dtype=object),
            sender=np.array([delivery.sender_index]),
            first=np.array([delivery.period[0]]),
            last=np.array([delivery.period[1]]),
            sent=np.array([delivery.day]),
        )
        for ix, delivery in enumerate(planned)
    ]
    return stack(parts)
