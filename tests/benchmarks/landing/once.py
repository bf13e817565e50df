"""One landing, or one bare typed read, in a process of its own: ``python -m tests.benchmarks.landing.once``.

Prints what it took as JSON: ``wall`` and ``cpu`` seconds (every thread), ``peak`` bytes of the whole process,
``rows`` in and ``written``. Importing libraries and opening a first connection are not counted: a night does
that once.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date
from pathlib import Path

import pandas as pd  # noqa: F401  (the database loads it at the first bound value)

from connectors import registry
from connectors.fhir.shapes import SHAPES
from connectors.types import SQL_TYPES
from pipeline import duck
from pipeline.duck import literal
from pipeline.landing import Feed, land_feed
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones
from tests.benchmarks.gates.clock import Stopwatch

_WHEN = date(2026, 3, 30)
_FORMATS = {"gp": "emis"}


def bare(settings: Settings, path: Path, source: str, target: Path) -> tuple[int, int]:
    """The engine's own read of the file with every type given, into Parquet. What it cannot read it leaves
    out, as it must where anything is damaged. Threads and memory are the pipeline's, and its compression at
    the engine's own level."""
    with duck.connect(settings) as con:
        written = con.execute(
            f"copy (select * from {_typed_read(path, source)}) to {literal(target)} "
            "(format parquet, compression zstd)"
        ).fetchall()
    return 0, int(written[0][0])


def _typed_read(path: Path, source: str) -> str:
    if path.suffix == ".ndjson":
        kinds = {"resourceType": "VARCHAR", **SHAPES[path.name.split(".")[0]]}
        columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in kinds.items())
        return (
            f"read_json({literal(path)}, format = 'newline_delimited', columns = {{{columns}}}, "
            "records = true, ignore_errors = true)"
        )
    declared = registry.format_named(source, _FORMATS[source]).file(path.name).columns
    columns = ", ".join(f"{literal(c.name)}: {literal(SQL_TYPES[c.kind])}" for c in declared)
    # ignore_errors alone takes a stray quote for the rest of the file (measured: 1,286 rows of 200,000).
    return (
        f"read_csv({literal(path)}, columns = {{{columns}}}, header = true, auto_detect = false, "
        "delim = ',', quote = '\"', escape = '\"', store_rejects = true, rejects_limit = 0)"
    )


def landed(settings: Settings, path: Path, source: str, _: Path) -> tuple[int, int]:
    """The night's own way: received, hashed, checked by every rule, quarantined, typed, in the ledger."""
    ledger = Ledger(Zones(settings.home).create().audit / "ledger.sqlite")
    outcome = land_feed(
        settings, ledger, run_id="bench", feed=Feed(source, "X01"), extracts=path.parents[3], as_of=_WHEN
    )
    (file,) = outcome.files
    if file.outcome != "landed" or file.rows_in != file.rows_landed + file.rows_quarantined:
        raise SystemExit(f"{path.name} did not land: {file.outcome}, {file.message}")
    return file.rows_in, file.rows_landed


def main(way: str, path: Path, home: Path) -> None:
    """Run one of the ways over a file that lies as a sender put it: ``<source>/<sender>/<date>/<file>``."""
    settings = Settings(home=home)
    Zones(home).create()
    with duck.connect(settings) as con:
        con.execute("set variable ready = ?", [1])
    watch = Stopwatch()
    rows, written = {"bare": bare, "landed": landed}[way](settings, path, path.parents[2].name, home / "bare")
    taken = watch.taken()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    said = {"wall": taken.wall, "cpu": taken.cpu, "peak": peak, "rows": rows, "written": written}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
