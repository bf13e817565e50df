"""How fast a large CSV file lands: ``python -m tests.benchmarks.landing_rate [rows]`` prints the rates."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from connectors import registry
from pipeline.landing import Feed, build_fhir, land_feed
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

ROWS = 1_000_000
_VALUES = {
    "ObservationGuid": "uuid()::varchar",
    "PatientGuid": "'P' || (i % 50000)",
    "OrganisationGuid": "'O1'",
    "EffectiveDate": "strftime(date '2024-01-01' + (i % 700)::int, '%Y-%m-%d')",
    "EffectiveDatePrecision": "'YMD'",
    "EnteredDate": "strftime(date '2024-01-01' + (i % 700)::int, '%Y-%m-%d')",
    "EnteredTime": "'10:15:00'",
    "CodeId": "(i % 900)::varchar",
    "AssociatedText": "'a, note'",
    "Value": "(i % 200)::varchar",
    "NumericUnit": "'mmHg'",
    "Deleted": "'false'",
    "IsConfidential": "'false'",
    "ProcessingId": "'1'",
}


def main(rows: int) -> None:
    """Write an EMIS observation file of ``rows`` rows, land it, build its FHIR tables; print the rates."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        settings = Settings(home=root / "home")
        ledger = Ledger(Zones(settings.home).create().audit / "ledger.sqlite")
        feed, when = Feed("gp", "X01"), duckdb.sql("select date '2026-03-30'").fetchall()[0][0]
        path = root / "extracts/gp/X01/2026-03-30/CareRecord_Observation.csv"
        path.parent.mkdir(parents=True)
        declared = registry.format_named("gp", "emis").file(path.name)
        columns = ", ".join(f'{_VALUES.get(c.name, "null")} as "{c.name}"' for c in declared.columns)
        duckdb.sql(f"copy (select {columns} from range({rows}) t(i)) to '{path}' (header, delimiter ',')")
        started = time.perf_counter()
        outcome = land_feed(settings, ledger, run_id="b", feed=feed, extracts=root / "extracts", as_of=when)
        landed = time.perf_counter()
        built = build_fhir(settings, ledger, run_id="b", feed=feed, as_of=when)
        ended = time.perf_counter()
        size = path.stat().st_size / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        rates = (
            f"landed {rows / (landed - started):,.0f} rows/s, mapped {rows / (ended - landed):,.0f} rows/s"
        )
        counts = f"{outcome.files[0].rows_landed} landed, {built.rows_current} current"
        sys.stdout.write(f"{size:.0f} MB: {counts}; {rates}; peak {peak:.1f} GB\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
