"""Files of any size in a sender's own form: the same bytes each time, made by SQL and not row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb

from connectors import registry

ENCOUNTERS, OBSERVATIONS = "Encounter.ndjson", "CareRecord_Observation.csv"
_AT_ONCE = 250_000  # rows of one statement, so that a large file takes no more memory than a small one
# A GUID as EMIS writes them, the same each time.
_GUID = "create macro guid(kind, n) as upper(md5(kind || n)::uuid::varchar)"
_HERE = Path(__file__).parent


def write_encounters(path: Path, rows: int) -> None:
    """FHIR NDJSON of ``rows`` UK Core encounters of a trust; of each hundred lines one is damaged."""
    _write(path, "encounters.sql", rows, header="")


def write_observations(path: Path, rows: int) -> None:
    """EMIS observations, the longest file that a native format declares; of each hundred one is damaged."""
    columns = registry.format_named("gp", "emis").file(OBSERVATIONS).columns
    _write(path, "observations.sql", rows, header=",".join(column.name for column in columns) + "\n")


def _write(path: Path, name: str, rows: int, *, header: str) -> None:
    statement = (_HERE / name).read_text(encoding="utf-8")
    part = path.with_suffix(".part")
    with path.open("wb") as whole, duckdb.connect() as con:
        con.execute(_GUID)
        whole.write(header.encode())
        for first in range(0, rows, _AT_ONCE):
            values = {"$first": str(first), "$rows": str(min(_AT_ONCE, rows - first))}
            bound = statement.replace("$first", values["$first"]).replace("$rows", values["$rows"])
            con.execute(
                f"copy ({bound}) to '{part}' "
                "(format csv, header false, quote '', escape '', delimiter '\x1f')"
            )
            whole.write(part.read_bytes())
    part.unlink()
