"""The truth beside an economy: who is who, what was planted, and every event, as Parquet.

The pipeline never reads it; tests do. One query a table lies beside this module.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

from synthetic.assemble import PARTS
from synthetic.days import date_of
from synthetic.people import Block
from synthetic.plan import deliveries
from synthetic.rows import Rows
from synthetic.senders.render import load
from synthetic.span import Span
from synthetic.world import World

TABLES = (
    "records",
    "withheld_records",
    "persons",
    "planted_errors",
    "registrations",
    "practices",
    "true_conditions",
    "true_spells",
    "true_episodes",
    "true_attendances",
    "true_outpatients",
    "true_consultations",
    "true_observations",
    "true_prescriptions",
    "true_community_contacts",
    "true_mental_health_contacts",
    "true_mental_health_spells",
    "true_service_events",
    "true_referrals",
)


WITH_AMBULANCE = (*TABLES, "true_ambulance_incidents")


def write_block(
    connection: duckdb.DuckDBPyConnection, block: Block, parts: Path, *, with_ambulance: bool = False
) -> None:
    """Write the block's part of every truth table into ``parts``/<table>/<block>.parquet."""
    people = Rows(block.rows)
    people["person"] = np.arange(block.rows.height)
    load(connection, "people", people)
    load(connection, "condition_of", Rows(block.conditions))
    load(connection, "frailty_of", Rows(person=people["person"], frailty=np.round(block.frailty, 4)))
    _variables(connection, block.world, block.span, base=block.base)
    connection.execute(_query("prepare"))
    if with_ambulance:
        connection.execute(_query("prepare_ambulance"))
    for table in WITH_AMBULANCE if with_ambulance else TABLES:
        if table == "practices" and block.number > 0:
            continue
        part = parts / table / f"{block.number:05d}.parquet"
        part.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(connection.execute(_query(table)).to_arrow_table(), part, compression="zstd")


def join(out: Path, world: World, span: Span) -> int:
    """Join the parts into ``out``/truth/<table>.parquet; gives the number of planted errors."""
    folder, planted = out / "truth", 0
    folder.mkdir(exist_ok=True)
    for table in WITH_AMBULANCE:
        if not (out / PARTS / "truth" / table).is_dir():
            continue
        parts = sorted((out / PARTS / "truth" / table).iterdir())
        with pq.ParquetWriter(
            folder / f"{table}.parquet", pq.read_schema(parts[0]), compression="zstd"
        ) as writer:
            for part in parts:
                rows = pq.read_table(part)
                planted += rows.num_rows if table == "planted_errors" else 0
                writer.write_table(rows)
    return planted


def _query(name: str) -> str:
    return files("synthetic.truth").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def _variables(connection: duckdb.DuckDBPyConnection, world: World, span: Span, *, base: int) -> None:
    """What the queries need to know: who the block's first person is, and what was submitted by the end."""
    last = {
        source: max(d.period[1] for d in deliveries(world.seed, span) if d.source == source)
        for source in ("community", "mental_health")
    }
    connection.execute(f"""
        set variable base = {base}; set variable "end" = {span.end};
        set variable first_night = {span.first_night};
        set variable nights = {span.nights}; set variable until = {span.end}; set variable after = -1000000;
        set variable community_until = {last["community"]};
        set variable mental_until = {last["mental_health"]};
        set variable end_date = '{date_of(span.end).isoformat()}'""")
