"""Publishing the open product: made, checked, and swapped in like the others."""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.products import check_open_product
from expectations.published import OPEN_SUITES
from pipeline import audit_log
from pipeline.checks import conclude
from pipeline.duck import connect
from pipeline.errors import ChecksRefusedError
from pipeline.ledger import Ledger
from pipeline.open_product.build import build, write_csv
from pipeline.publish import gate
from pipeline.publish.copying import TARGET, write_parquet
from pipeline.publish.release import record, serve, write_version
from pipeline.publish.versions import shelf
from pipeline.settings import OPEN_PRODUCT, Settings

FROM = "secondary_use"  # nobody who objected is in it, so nobody who objected is counted


def publish_open(settings: Settings, ledger: Ledger, run_id: str) -> Path:
    """Publish the open product from the ``secondary_use`` that this run published.

    DuckDB, Parquet and CSV (suppressed counts as ``*``) as for every product. Raises
    :class:`ChecksRefusedError` where this run published no ``secondary_use`` or where the result
    breaks a disclosure rule.
    """
    source = shelf(settings, FROM).database(run_id)

    def write(connection: duckdb.DuckDBPyConnection, target: Path, parquet: Path) -> None:
        build(connection, source, target, name=TARGET, run_id=run_id)
        write_parquet(connection, parquet)
        write_csv(connection, parquet, name=TARGET)
        connection.execute(f"detach {TARGET}")  # flushes it, so that the checks read what is published
        _check(settings, ledger, run_id, target)

    try:
        if not _is_published(ledger, run_id) or not source.exists():
            raise ChecksRefusedError(f"{OPEN_PRODUCT}: run {run_id} published no {FROM} to make it from")
        audit_log.require_intact(settings, run_id=run_id, product=OPEN_PRODUCT)
        path = write_version(settings, run_id, OPEN_PRODUCT, write)
        gate.require_passed(ledger, run_id, OPEN_PRODUCT, suites=OPEN_SUITES)
    except ChecksRefusedError as error:
        record(ledger, run_id, OPEN_PRODUCT, "refused", str(error))
        raise
    serve(settings, ledger, run_id, OPEN_PRODUCT)
    return path


def _is_published(ledger: Ledger, run_id: str) -> bool:
    statement = "select 1 from publication where run_id = ? and product = ? and outcome = 'published'"
    return bool(ledger.query(statement, (run_id, FROM)))


def _check(settings: Settings, ledger: Ledger, run_id: str, database: Path) -> None:
    connection = connect(settings)
    try:
        results = check_open_product(connection, database)
    finally:
        connection.close()
    conclude(ledger, run_id, OPEN_PRODUCT, results)
