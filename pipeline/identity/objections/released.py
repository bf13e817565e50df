"""Keeps what a night decided to withhold from a product out of tables that are about to be given away."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from connectors.fhir.requirements import PERSON
from pipeline import duck
from pipeline.duck import literal, values_hidden
from pipeline.errors import ChecksRefusedError
from pipeline.identity.eligibility import decision_file
from pipeline.identity.link import write_parquet
from pipeline.settings import Settings
from pipeline.zones import Zones


def leave_out_withheld(settings: Settings, place: Path, *, product: str, run_id: str) -> int:
    """Take out of ``place``/fhir every row that ``product`` may not hold, by what ``run_id`` decided.

    Out go the rows of records that stay out or that nothing was decided of, rows that stay out by themselves,
    and rows that do not say whom they are about. Returns how many. Raises :class:`ChecksRefusedError` where
    that night decided nothing.
    """
    zones, left_out = Zones(settings.home), 0
    with duck.connect(settings) as connection, values_hidden("leaving out what is withheld"):
        _read_decision(connection, zones, product, run_id)
        for path in sorted((place / "fhir").rglob("*.parquet")):
            if path.relative_to(place / "fhir").parts[0] in PERSON:
                left_out += _without(connection, path)
    return left_out


def _read_decision(connection: DuckDBPyConnection, zones: Zones, product: str, run_id: str) -> None:
    for subject in ("record", "row"):
        path = decision_file(zones, product, subject)
        if not path.exists():
            raise _undecided(product, run_id)
        connection.execute(
            f"create temp table decided_{subject} as select * from read_parquet({literal(path)})"
        )
        other = f"select 1 from decided_{subject} where run_id <> ? limit 1"
        if connection.execute(other, [run_id]).fetchone():
            raise _undecided(product, run_id)


def _undecided(product: str, run_id: str) -> ChecksRefusedError:
    return ChecksRefusedError(
        f"the last night ({run_id}) has not decided who may be in {product}; valid: once a night has ended"
    )


def _without(connection: DuckDBPyConnection, path: Path) -> int:
    rows = f"read_parquet({literal(path)}, hive_partitioning = false)"
    kept = f"""select r.* from {rows} as r
        semi join (select * from decided_record where reason is null) as d
            on d.source = r._source and d.sender = r._sender and d.record_id = r._record_id
        anti join decided_row as w
            on w.source = r._source and w.sender = r._sender and w.file_id = r._file_id and w.row = r._row"""
    counted = connection.execute(
        f"select (select count(*) from {rows}) - (select count(*) from ({kept}))"
    ).fetchone()
    out = int(counted[0]) if counted else 0
    if out:
        write_parquet(connection, kept, path)
    return out
