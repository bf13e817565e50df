"""How the records that a product may count were linked: by group, and what nights are compared by."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.identity.standardise import fhir_view
from pipeline.ledger import Ledger
from pipeline.zones import Zones

_LINK_GROUPS = Path(__file__).with_name("link_groups.sql")
GROUPS = """
select
    cast(? as varchar) as run_id, source, sender, link_step, group_type, group_value,
    records, people, records_registered, probability_missed, probability_false
from link_group
order by all
"""
"""The rows of ``link_groups.parquet``: probabilities are sums over the records of the row."""


def count(connection: DuckDBPyConnection, zones: Zones, as_of: date) -> None:
    """Build link_counted, link_group and link_profile; needs record_eligibility and postcode_area."""
    connection.execute("set variable as_of = ?", [as_of])
    fhir_view(connection, "patient_row", zones=zones, resource_type="Patient")
    connection.execute(_LINK_GROUPS.read_text(encoding="utf-8"))


def record(connection: DuckDBPyConnection, ledger: Ledger, run_id: str, product: str) -> None:
    """Put the night's profile into the ledger, replacing that of an earlier attempt at this run."""
    rows = connection.execute(
        "select profile, source, value, records, people from link_profile order by all"
    ).fetchall()
    with ledger.transaction() as transaction:
        transaction.execute("delete from link_profile where run_id = ? and product = ?", [run_id, product])
        transaction.executemany(
            "insert into link_profile (run_id, product, profile, source, value, records, people) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            [(run_id, product, *row) for row in rows],
        )
