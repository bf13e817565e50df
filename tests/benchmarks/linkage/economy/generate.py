"""Make an economy's landed records: blocks in worker processes, then one pass over all of them."""

from __future__ import annotations

import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import duckdb

from tests.benchmarks.linkage.economy import blocks, changes, landed
from tests.benchmarks.linkage.economy.blocks import Size

MEMORY = "2GB"  # of the connection that joins the blocks
_RECORD = "row_number() over () as row"


@dataclass(frozen=True, slots=True)
class Economy:
    """Where an economy lies: ``home`` is a deployment's WSIC_HOME, ``truth`` is never in it.

    ``truth/records.parquet``: source, sender, record_id, person_id, ethnic_category, imd_decile,
    nhs_number and nhs_number_status as sent, is_identified (whether anything that identifies was sent).
    """

    folder: Path

    @property
    def home(self) -> Path:
        """The deployment."""
        return self.folder / "home"

    @property
    def truth(self) -> Path:
        """Who is who."""
        return self.folder / "truth" / "records.parquet"

    @property
    def record(self) -> Path:
        """The records before they are landed, which a second night changes."""
        return self.folder / "record.parquet"


def make(size: Size, folder: Path, *, workers: int = 2) -> Economy:
    """Make the records of ``size`` below ``folder`` (which is emptied) and land them."""
    shutil.rmtree(folder, ignore_errors=True)
    economy = Economy(folder)
    parts = folder / "parts"
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for made in [pool.submit(blocks.write, size, number, parts) for number in range(size.blocks)]:
            made.result()
    connection = connect(folder)
    connection.execute(
        f"copy (select *, {_RECORD} from '{parts}/known/*.parquet') to '{economy.record}' (format parquet)"
    )
    _write_truth(connection, economy, parts)
    shutil.rmtree(parts)
    connection.execute(f"create view record as select * from '{economy.record}'")
    landed.write(connection, economy.home)
    return economy


def change(economy: Economy, share: float, seed: int) -> None:
    """Land another night in which ``share`` of the records have changed (see ``changes.sql``)."""
    connection = connect(economy.folder)
    changes.define(connection, economy.record, share=share, seed=seed)
    landed.write(connection, economy.home)


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection that is bounded and spills below ``folder``."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "threads": 2,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
    }
    connection = duckdb.connect(config=config)
    connection.execute("set enable_progress_bar = false")
    return connection


def _write_truth(connection: duckdb.DuckDBPyConnection, economy: Economy, parts: Path) -> None:
    economy.truth.parent.mkdir(parents=True)
    connection.execute(f"""
        copy (
            select
                k.source, k.sender, k.record_id, k.person::varchar as person_id, p.ethnic_category,
                p.imd_decile, k.nhs_number, k.nhs_number_status,
                coalesce(k.nhs_number, k.family_name, k.birth_date::varchar) is not null as is_identified
            from '{economy.record}' as k join '{parts}/people/*.parquet' as p using (person)
        ) to '{economy.truth}' (format parquet)
    """)
