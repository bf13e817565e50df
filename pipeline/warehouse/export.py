"""What dbt reads beside the pseudonymised rows: reference data and the ledger, as Parquet.

Nothing here is about a person. Postcodes are never written: only ``pipeline/identity`` needs them.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import SetupError
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.warehouse import ledger_tables
from pipeline.zones import Zones

_TYPES = {
    **dict.fromkeys(("valid_from", "valid_to"), pa.date32()),
    **dict.fromkeys(("imd_rank", "imd_decile"), pa.int64()),
    "unit_cost_gbp": pa.float64(),
}
REFERENCE = {
    "organisations": ("ods_code", "name", "role", "parent_ods_code", "valid_from", "valid_to"),
    "deprivation": ("lsoa_code", "imd_version", "imd_rank", "imd_decile"),
    "unit_costs": ("currency", "financial_year", "unit_cost_gbp", "price_year", "source"),
    "codelists": ("codelist", "code_system", "code", "term"),
}
"""Reference tables of the warehouse and their columns; one that never arrived is empty, not absent."""


def export(settings: Settings, ledger: Ledger, *, run_id: str, product: str) -> None:
    """Write ``reference__*.parquet`` and ``ledger__*.parquet`` into the product's pseudonymised folder.

    Raises :class:`SetupError` where the product was not pseudonymised first.
    """
    zones = Zones(settings.home)
    folder = zones.pseudonymised(product)
    if not folder.is_dir():
        raise SetupError(f"{product} has no pseudonymised zone yet; `wsic run` makes it before this step")
    for name, columns in REFERENCE.items():
        _write(
            _reference(zones.reference / f"{name}.parquet", columns), folder / f"reference__{name}.parquet"
        )
    for name in ledger_tables.QUERIES:
        table = ledger_tables.read(
            ledger, name, run_id=run_id, product=product, practice_drop_limit=settings.practice_drop_limit
        )
        _write(table, folder / f"ledger__{name}.parquet")


def _reference(path: Path, columns: tuple[str, ...]) -> pa.Table:
    schema = pa.schema([(name, _TYPES.get(name, pa.string())) for name in columns])
    if not path.exists():
        return schema.empty_table()
    return pq.read_table(path, columns=list(columns), partitioning=None).cast(schema)


def _write(table: pa.Table, path: Path) -> None:
    """Write whole or not at all, so that a reader never meets half a file."""
    unfinished = path.with_name(f".{path.name}")
    pq.write_table(table, unfinished, compression="zstd")
    unfinished.replace(path)
