"""An economy of ``wsic synthesise``, landed by the pipeline's own landing, linked and scored.

The same seed and size then go through the generator of :mod:`tests.benchmarks.linkage.economy`, and the
two are compared record by record: what is measured at scale is neither easier nor harder than what the
senders write.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import duckdb

from connectors.fhir import systems
from pipeline.landing import build_fhir, land_feed, list_feeds
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones
from synthetic.economy import synthesise
from tests.benchmarks.linkage import linked, report
from tests.benchmarks.linkage.economy import generate
from tests.benchmarks.linkage.economy.blocks import Size
from tests.benchmarks.linkage.measured import measured

END = date(2026, 3, 31)
_COMPARE = Path(generate.__file__).with_name("compare.sql")
_TRUTH = """(
    select
        r.*, p.ethnic_category, p.imd_decile, s.nhs_number, s.nhs_number_status,
        coalesce(s.is_identified, false) as is_identified
    from read_parquet('{truth}/records.parquet') as r
    join read_parquet('{truth}/persons.parquet') as p using (person_id)
    left join sent as s using (source, sender, record_id)
)"""


def run(people: int, seed: int, folder: Path, memory_limit: str, *, compares: bool = True) -> None:
    """Print how well an economy of ``people`` people is linked, and whether the fast generator equals it."""
    started = time.perf_counter()
    extracts, home = folder / "extracts", folder / "home"
    synthesise(people, seed, extracts, END, workers=2)
    made = time.perf_counter()
    _land(extracts, home, memory_limit)
    report.CONSOLE.print(
        f"synthesised {people:,} people in {made - started:,.1f} s (seed {seed}), "
        f"landed in {time.perf_counter() - made:,.1f} s"
    )
    said = measured("link_night", home, END.isoformat(), memory_limit)
    if said is not None:
        report.CONSOLE.print(f"linked {said['records']:,} records in {said['seconds']:.1f} s")
    connection = generate.connect(folder)
    _sent(connection, home)
    linked.show(connection, "Whole economy", _TRUTH.format(truth=extracts / "truth"), home)
    if compares:
        economy = generate.make(Size(people=people, seed=seed, end=END), folder / "generated")
        _compare(connection, economy.home, home)


def _land(extracts: Path, home: Path, memory_limit: str) -> None:
    settings = Settings(home=home, extracts=extracts, memory_limit=memory_limit)
    ledger = Ledger(Zones(home).create().audit / "ledger.sqlite")
    for feed in list_feeds(ledger, extracts, END, None):
        land_feed(settings, ledger, run_id="bench", feed=feed, extracts=extracts, as_of=END)
        build_fhir(settings, ledger, run_id="bench", feed=feed, as_of=END)


def _patients(home: Path) -> str:
    return f"read_parquet('{home}/fhir/Patient/source=*/sender=*/*.parquet', hive_partitioning = false)"


def _sent(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """``sent``: the number and status of each landed record, and whether anything identifies its person."""
    connection.execute(f"""
        create table sent as
        select
            _source as source, _sender as sender, _record_id as record_id, number.value as nhs_number,
            number.extension[1].valueCodeableConcept.coding[1].code as nhs_number_status,
            coalesce(number.value, name[1].family, birthDate) is not null as is_identified
        from (
            select *, list_filter(identifier, lambda i: i.system = '{systems.NHS_NUMBER}')[1] as number
            from {_patients(home)}
        )
    """)


def _compare(connection: duckdb.DuckDBPyConnection, made: Path, landed: Path) -> None:
    connection.execute(f"create view made as select * from {_patients(made)}")
    connection.execute(f"create view landed as select * from {_patients(landed)}")
    found = connection.execute(_COMPARE.read_text(encoding="utf-8"))
    columns = [column[0] for column in found.description or ()]
    rows = found.fetchall()
    report.table("The fast generator against the landed economy: records equal in", columns, rows)
    if any(len(set(counts)) > 1 for _, *counts in rows):
        raise SystemExit("the fast generator no longer makes what synthesising and landing make")
