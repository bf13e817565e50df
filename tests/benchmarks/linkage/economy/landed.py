"""From the records of all blocks to the FHIR zone, in the shape in which landing writes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from connectors.fhir import shapes
from connectors.types import quoted

_HERE = Path(__file__).parent
_MACROS = Path(shapes.__file__).with_name("macros.sql")
_LOCAL_SYSTEM = """
create or replace temp macro local_system(source, sender) as 'https://fhir.wsic.example/Id/' || case
    when source <> 'gp' then 'local-patient-identifier'
    when sender like '%E__' then 'emis-patient'
    else 'tpp-patient'
end
"""
RESOURCES: Mapping[str, str] = {"Patient": "patient", "EpisodeOfCare": "episode_of_care"}


def write(connection: duckdb.DuckDBPyConnection, home: Path) -> int:
    """Write ``fhir/<type>/source=…/sender=…/data.parquet`` below ``home`` from the relation ``record``.

    ``record`` has the columns of the queries in ``records/``. Replaces what lies there; returns the number of
    Patient rows.
    """
    connection.execute(_MACROS.read_text(encoding="utf-8"))
    connection.execute(_LOCAL_SYSTEM)
    senders = connection.execute("select distinct source, sender from record order by all").fetchall()
    return sum(_write_sender(connection, home, source, sender) for source, sender in senders)


def _write_sender(connection: duckdb.DuckDBPyConnection, home: Path, source: str, sender: str) -> int:
    connection.execute("set variable source = ?", [source])
    connection.execute("set variable sender = ?", [sender])
    connection.execute(
        "create or replace temp view known as select *, "
        "left(md5(source || sender || extract_date), 16) as file_id, row as row_number "
        f"from record where source = '{source}' and sender = '{sender}'"
    )
    for resource_type, query in RESOURCES.items():
        if resource_type == "Patient" or source == "gp":
            place = home / "fhir" / resource_type / f"source={source}" / f"sender={sender}" / "data.parquet"
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            rows_of = shapes.landed(resource_type, _shaped(connection, resource_type, query))
            rows_of += " order by _extract_date"  # extract after extract, as they are landed
            connection.execute(f"copy ({rows_of}) to '{place}' (format parquet, compression zstd)")
    (rows,) = connection.execute("select count(*) from known").fetchall()[0]
    return int(rows)


def _shaped(connection: duckdb.DuckDBPyConnection, resource_type: str, query: str) -> str:
    """The query's columns cast to the declared shape; elements that it does not yield are null."""
    sql = (_HERE / f"{query}.sql").read_text(encoding="utf-8")
    given = {row[0] for row in connection.execute(f"describe {sql}").fetchall()}
    own = {"_source": "getvariable('source')", "_sender": "getvariable('sender')"}
    values = {**{name: quoted(name) for name in given}, **own}
    columns = ", ".join(
        f"try_cast({values.get(name, 'null')} as {kind}) as {quoted(name)}"
        for name, kind in shapes.columns(resource_type).items()
    )
    return f"select {columns} from ({sql})"
