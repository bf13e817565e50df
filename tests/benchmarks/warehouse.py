"""How long the warehouse takes to build, and the query book on what is published of it.

``python -m tests.benchmarks.warehouse``: a first night of 250,000 people with two years of history
(``--people`` for fewer), with a clock around its steps. Judged are the full build of both
products' warehouses with all tests that dbt runs (under 10 minutes), the most memory of any process that the
night started (under 8 GB), and the median of each question of the query book (under 300 ms). A figure that
misses its target ends the bench with an error.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from pipeline.run import run_nightly
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones
from synthetic import synthesise
from tests.benchmarks import dashboard
from tests.benchmarks.gates.clock import Clock, Stopwatch, Taken
from tests.benchmarks.linkage import report, targets
from tests.query_book import questions

PEOPLE, SEED, AS_OF = 250_000, 1, date(2026, 3, 31)
SECONDS_AT_MOST, GB_AT_MOST = 600.0, 8.0
STEPS = ("land_feed", "link", "pseudonymise", "build", "check_product", "publish_product", "publish_open")
SLOWEST = 12


def run(settings: Settings, extracts: Path, people: int) -> None:
    """Run the night, print what its steps and the slowest models took, and judge the build."""
    clock, watch = Clock(), Stopwatch()
    with clock.around(f"run.steps:{name}" for name in STEPS):
        _, outcome = run_nightly(settings, extracts=extracts, as_of=AS_OF)
    whole = watch.taken()
    if outcome.exit_code:
        sys.exit(f"the night was not published: {'; '.join(outcome.reasons)}")
    taken = {word.partition(":")[2]: one for word, one in clock.taken.items()}
    rows: list[tuple[str, Taken]] = [("the night", whole), *taken.items()]
    report.table(
        f"a first night of {people:,} people", ("step", "calls", "seconds", "CPU seconds"),
        [(name, one.calls, one.wall, one.cpu) for name, one in rows],
    )  # fmt: skip
    for product in PRODUCTS:
        report.table(
            f"{product}: what took longest in its build", ("node", "seconds"), _slowest(settings, product)
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9
    targets.show("build", [
        targets.at_most("both warehouses", taken["build"].wall, SECONDS_AT_MOST, "s"),
        targets.at_most("largest process that was started", peak, GB_AT_MOST, "GB"),
    ])  # fmt: skip


def _slowest(settings: Settings, product: str) -> list[tuple[str, float]]:
    path = Zones(settings.home).warehouse(product).with_suffix(".dbt") / "target" / "run_results.json"
    results = json.loads(path.read_text("utf-8"))["results"]
    nodes = [(str(one["unique_id"]), float(one["execution_time"])) for one in results]
    return sorted(nodes, key=lambda node: -node[1])[:SLOWEST]


def ask(settings: Settings) -> None:
    """Time the query book on both products and judge the slowest question of each."""
    for product in PRODUCTS:
        file = settings.home / "published" / product / "current.duckdb"
        slowest = max(_timed(file, product), key=lambda one: one.median_ms)
        targets.show(
            f"query book on {product}",
            [targets.at_most(slowest.place, slowest.median_ms, dashboard.MS_AT_MOST, "ms")],
        )


def _timed(file: Path, product: str) -> Iterator[dashboard.Timed]:
    with duckdb.connect(str(file), read_only=True, config={"threads": 2}) as connection:
        yield from dashboard.timed(connection, [one for one in questions() if one.product == product], 5)


def main() -> None:
    """Run from the command line, in a folder that is removed afterwards unless one is given."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.warehouse", description=__doc__)
    asked.add_argument("--people", type=int, default=PEOPLE)
    asked.add_argument("--memory-limit", default="6GB", help="of the night's DuckDB")
    asked.add_argument("--extracts", type=Path, help="take these in place of making some of so many people")
    asked.add_argument("--folder", type=Path, help="work here and keep it")
    given = asked.parse_args()
    report.warn_of_load()
    with tempfile.TemporaryDirectory(prefix="wsic-bench-") as removed:
        folder = given.folder or Path(removed)
        extracts = given.extracts or folder / "extracts"
        if not extracts.exists():
            synthesise(given.people, SEED, extracts, end_date=AS_OF, nights=1)
        settings = Settings(home=folder / "home", memory_limit=given.memory_limit)
        run(settings, extracts, given.people)
        ask(settings)
    targets.require_met()


if __name__ == "__main__":
    main()
