"""Whose past begins anew: people of whom something stays out now that may have been published before.

A sender who marks an entry as confidential says that it shall be known no more. What was published of it
need not name it: a condition, a segment, a score came of it. So whoever has an entry that stays out, and did
not stay out of the version that the history goes on from, begins anew in every history, as somebody does who
joins the product; nothing tells the one from the other. Which entries stay out is kept for each run, as
numbers.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal
from pipeline.identity.eligibility.concepts import person_resources
from pipeline.identity.link import write_parquet
from pipeline.identity.standardise import fhir_view
from pipeline.zones import Zones

_KEPT = 30  # runs whose numbers are kept: of an older one, whoever has an entry that stays out begins anew
_OF_RECORDS = """
create or replace temp table withheld_now as
select distinct o.person_id, hash(o.source, o.sender, o.record_id) as entry
from record_eligibility as o
semi join kept_record as k on k.person_id = o.person_id
where o.reason is not null
"""
_OF_ROWS = """
insert into withheld_now
select distinct k.person_id, hash(f._source, f._sender, '{resource}', f.id)
from withheld_entry as f
inner join row_eligibility as w
    on w.source = f._source and w.sender = f._sender and w.file_id = f._file_id and w.row = f._row
inner join kept_record as k on k.source = f._source and k.sender = f._sender and k.record_id = f._record_id
"""
_NEWLY = """
create or replace temp table begins_anew as
select distinct person_id from withheld_now anti join withheld_then using (person_id, entry)
"""


def find(
    connection: DuckDBPyConnection, zones: Zones, product: str, *, run_id: str, since: str | None
) -> None:
    """Build ``begins_anew`` (person_id): of whom more stays out now than in the run ``since``.

    Needs ``record_eligibility``, ``row_eligibility`` and ``kept_record``; keeps what stays out by ``run_id``.
    """
    connection.execute(_OF_RECORDS)
    for resource in person_resources():
        fhir_view(connection, "withheld_entry", zones=zones, resource_type=resource)
        connection.execute(_OF_ROWS.format(resource=resource))
    folder = zones.identity / "carried" / product
    then = folder / f"{since}.parquet"
    relation = (
        f"from read_parquet({literal(then)})"
        if since and then.exists()
        else "select * from withheld_now where false"
    )
    connection.execute(f"create or replace temp table withheld_then as {relation}")
    connection.execute(_NEWLY)
    write_parquet(connection, "from withheld_now order by all", folder / f"{run_id}.parquet")
    _forget_oldest(folder, but=then)


def _forget_oldest(folder: Path, *, but: Path) -> None:
    by_age = sorted(folder.glob("[!.]*.parquet"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in by_age[_KEPT:]:
        if path != but:
            path.unlink()
