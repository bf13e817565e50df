"""What the person's records are used for: products and versions that they are in, and what is withheld."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from pipeline.duck import identifier, literal
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.reidentify.subject.held import Rows, rows_of
from pipeline.keys import KeyRing, product_purpose
from pipeline.ledger import Ledger
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones

_TABLES = "select schema_name, table_name from duckdb_columns() where column_name = 'person_key' order by all"


def products(connection: DuckDBPyConnection, settings: Settings, keys: KeyRing, ledger: Ledger) -> Rows:
    """A row a product and version that is kept: when it was published, and the person's rows by table."""
    found: Rows = []
    for product in PRODUCTS:
        purpose = product_purpose(product)
        with keyed(connection, keys.key(purpose)):
            person_keys = connection.execute(
                "select keyed_hash('person|v1|' || person_id) from person_asked"
            ).fetchall()
        folder = Zones(settings.home).published(product)
        served = (folder / "current.duckdb").resolve()
        for path in sorted((folder / "versions").glob("[!.]*.duckdb")):
            row = {"product": product, "version": path.stem, "is_served": path == served}
            row |= _published(ledger, path.stem, product, keys.key_id(purpose))
            if row["has_this_key"]:
                row["rows"] = _rows_in(path, [key[0] for key in person_keys])
            found.append(row)
    return found


def withheld(connection: DuckDBPyConnection, zones: Zones) -> Rows:
    """Records, and rows of records, that a product does not hold, by reason; as of its last making."""
    found: Rows = []
    for product in PRODUCTS:
        folder = zones.identity / "eligibility"
        records, rows = folder / f"{product}_records.parquet", folder / f"{product}_rows.parquet"
        if records.exists():
            found += rows_of(connection, _withheld_records(records), product)
        if rows.exists():
            found += rows_of(connection, _withheld_rows(rows), product)
    return found


def _withheld_records(path: Path) -> str:
    return f"""
select ?::varchar as product, e.source, e.reason, 'records' as what, count(*) as number
from read_parquet({literal(path)}) as e
inner join vault.record as r using (source, sender, record_id)
semi join person_asked as p on p.person_id = r.person_id
where e.reason is not null
group by all order by all"""


def _withheld_rows(path: Path) -> str:
    """Native rows about the person that stay out, whatever became of their record; needs person_row."""
    return f"""
select ?::varchar as product, e.source, e.reason, 'rows' as what, count(*) as number
from read_parquet({literal(path)}) as e
semi join person_row as p
    on p.source = e.source and p.sender = e.sender and p.file_id = e.file_id and p.row = e.row
group by all order by all"""


def _published(ledger: Ledger, run_id: str, product: str, key_id: str) -> dict[str, Any]:
    rows = ledger.query(
        "select p.at, r.key_ids from publication as p left join run as r using (run_id) "
        "where p.run_id = ? and p.product = ? and p.outcome = 'published'",
        (run_id, product),
    )
    noted = str(rows[0]["key_ids"] or "") if rows else ""
    made = re.search(rf"product:{product}=([0-9a-f]{{16}})", noted)
    return {
        "published_at": rows[0]["at"] if rows else "",
        "has_this_key": made is None or made[1] == key_id,
    }


def _rows_in(database: Path, person_keys: list[str]) -> dict[str, int]:
    """Table -> rows of the person, of those tables that hold any."""
    with duckdb.connect(str(database), read_only=True) as version:
        tables = [f"{schema}.{table}" for schema, table in version.execute(_TABLES).fetchall()]
        counted = {
            name: version.execute(
                f"select count(*) from {'.'.join(identifier(part) for part in name.split('.'))} "
                "where list_contains(?::varchar[], person_key)",
                [person_keys],
            ).fetchone()
            for name in tables
        }
    return {name: row[0] for name, row in counted.items() if row and row[0]}
