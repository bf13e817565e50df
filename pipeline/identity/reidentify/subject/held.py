"""What is held about the person: records, the feeds that they came by, and what linking did with them."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyConnection

from connectors.fhir import shapes
from pipeline.duck import literal, parquet
from pipeline.ledger import Ledger
from pipeline.zones import Zones

_RECORDS = """
select
    r.source, r.sender, r.record_id, r.link_step, r.link_confidence, r.nhs_number_outcome,
    r.practice_code, r.is_registered, l.run_id as linked_by, l.as_of::varchar as linked_as_of, r.file_id
from vault.record as r
semi join person_asked as p on p.person_id = r.person_id
left join vault.linking as l on l.seq = r.written_seq
order by r.source, r.sender, r.record_id
"""
_EVENTS = """
select e.event, e.run_id, l.as_of::varchar as as_of, e.link_step, e.reason, e.records
from vault.person_event as e
left join vault.linking as l on l.seq = e.seq
where e.person_id in (from person_asked) or e.other_person_id in (from person_asked)
order by e.seq, e.event, e.reason
"""
_LINEAGE = ("_source", "_sender", "_record_id", "_file_id", "_row")

Rows = list[dict[str, Any]]


def records(connection: DuckDBPyConnection, ledger: Ledger) -> Rows:
    """Every record that belongs to the person: where from, how it was linked, how surely, and when."""
    files = _files(ledger)
    return [
        {name: value for name, value in row.items() if name != "file_id"} | files.get(str(row["file_id"]), {})
        for row in rows_of(connection, _RECORDS)
    ]


def feeds(connection: DuckDBPyConnection, zones: Zones, ledger: Ledger) -> Rows:
    """What each file brought about the person: resources by kind, and the file's name and day.

    Leaves ``person_row``: every landed resource of the person by its native row.
    """
    files = _files(ledger)
    wanted = {name: shapes.LINEAGE[name] for name in _LINEAGE}
    parts = [
        f"select {literal(kind)} as kind, * from {parquet(zones.fhir_files(kind), wanted)}"
        for kind in shapes.RESOURCE_TYPES
    ]
    connection.execute(f"""
create or replace temp table person_row as
with landed as ({" union all by name ".join(parts)})
select f._source as source, f._sender as sender, f.kind, f._file_id as file_id, f._row as row
from landed as f
inner join vault.record as r
    on r.source = f._source and r.sender = f._sender and r.record_id = f._record_id
semi join person_asked as p on p.person_id = r.person_id
""")
    query = """
select source, sender, kind, file_id, count(*) as resources
from person_row
group by all
order by all"""
    return [
        {name: value for name, value in row.items() if name != "file_id"} | files.get(str(row["file_id"]), {})
        for row in rows_of(connection, query)
    ]


def events(connection: DuckDBPyConnection) -> Rows:
    """What became of the person's id, by run, and why."""
    return rows_of(connection, _EVENTS)


def rows_of(connection: DuckDBPyConnection, query: str, *parameters: object) -> Rows:
    """Rows of a query as dictionaries."""
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _files(ledger: Ledger) -> dict[str, dict[str, str]]:
    """File id -> its name and day of extract."""
    found = ledger.query("select file_id, file_name, extract_date from file")
    return {
        row["file_id"]: {"file_name": row["file_name"], "extract_date": row["extract_date"]} for row in found
    }
