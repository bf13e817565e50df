"""How long the query book takes on a product: ``python -m tests.benchmarks.dashboard --product FILE``.

Every question of its product is asked once to warm up and then ``--times`` (5) times; the median counts,
by the clock, with the rows fetched. ``--threads`` are DuckDB's. Prints a table with the numbers of people and
activities that the product holds, and ends with 1 where a question takes more than the target of 300 ms.
Nothing is written.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb

from tests.benchmarks.linkage import report
from tests.query_book import Question, questions

MS_AT_MOST = 300.0


@dataclass(frozen=True, slots=True)
class Timed:
    """One question: how many rows answered it, and milliseconds: by the clock the first time and the other
    times, and of the processors (all threads) at the median of the others."""

    place: str
    rows: int
    first_ms: float
    again_ms: tuple[float, ...]
    cpu_ms: float

    @property
    def median_ms(self) -> float:
        """What is held against the target."""
        return median(self.again_ms)

    @property
    def is_met(self) -> bool:
        """Whether it is."""
        return self.median_ms <= MS_AT_MOST


def product_of(connection: duckdb.DuckDBPyConnection) -> str:
    """Which product a file is, as it says of itself."""
    found = connection.execute("select product from audit.withheld group by all").fetchall()
    if len(found) != 1:
        raise SystemExit(f"audit.withheld names {len(found)} products; a published file names its own")
    return str(found[0][0])


def timed(connection: duckdb.DuckDBPyConnection, book: list[Question], times: int) -> Iterator[Timed]:
    """Ask every question; raises :class:`duckdb.Error` where one does not run."""
    for question in book:
        rows, first, _ = _asked(connection, question)
        again = [_asked(connection, question) for _ in range(times)]
        walls, cpu = tuple(wall for _, wall, _ in again), median(cpu for _, _, cpu in again)
        yield Timed(question.place, rows, first, walls, cpu)


def _asked(connection: duckdb.DuckDBPyConnection, question: Question) -> tuple[int, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    rows = len(connection.execute(question.sql).fetchall())
    return rows, (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def _sizes(connection: duckdb.DuckDBPyConnection) -> str:
    query = "select (select count(*) from core.person), (select count(*) from core.activity)"
    people, activities = connection.execute(query).fetchall()[0]
    return f"{people:,} people, {activities:,} activities"


def main() -> None:
    """Run from the command line; ends with 1 where a question misses the target."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks.dashboard", description=__doc__)
    asked.add_argument("--product", type=Path, required=True, help="published/<product>/current.duckdb")
    asked.add_argument("--times", type=int, default=5)
    asked.add_argument("--threads", type=int, default=2)
    given = asked.parse_args()
    report.warn_of_load()
    with duckdb.connect(str(given.product), read_only=True, config={"threads": given.threads}) as connection:
        product = product_of(connection)
        book = [question for question in questions() if question.product == product]
        found = sorted(timed(connection, book, given.times), key=lambda one: -one.median_ms)
        title = f"{product}: {_sizes(connection)}; at most {MS_AT_MOST:.0f} ms"
    report.table(
        title,
        ("question", "rows", "first, ms", "median, ms", "most, ms", "processor, ms", ""),
        [
            (one.place, one.rows, one.first_ms, one.median_ms, max(one.again_ms), one.cpu_ms,
             "met" if one.is_met else "NOT MET")
            for one in found
        ],
    )  # fmt: skip
    missed = [one.place for one in found if not one.is_met]
    if missed:
        raise SystemExit(f"targets not met: {', '.join(missed)}")


if __name__ == "__main__":
    main()
