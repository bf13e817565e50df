"""What the gates cost a night, and pseudonymising beside the bare hash: ``python -m tests.benchmarks.gates``.

Runs one night of ``--people`` people in this process, with a clock around every gate: the checks of what
arrived and of each product, the looks for objectors and for identifiers, the gate of purposes, that of the
audit log, the comparing of copies, the attack on the open product. The tests that dbt runs inside its build
are not among them. Then pseudonymises a product again, and hashes and writes the same rows with nothing else.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb

from pipeline import audit_log, checks, identity
from pipeline.duck import connect, identifier, literal
from pipeline.identity.keyed_hash import keyed
from pipeline.keys import load_keys, product_purpose
from pipeline.open_product import release as open_release
from pipeline.publish import gate, release
from pipeline.run import open_ledger, run_nightly, steps
from pipeline.settings import Settings
from pipeline.warehouse import purposes
from pipeline.zones import Zones
from synthetic import synthesise

PEOPLE, SEED, AS_OF, PRODUCT = 10_000, 1, date(2026, 3, 31), "secondary_use"
GATES: tuple[tuple[Any, str], ...] = (
    (checks, "run_arrival_checks"),
    (checks, "run_product_checks"),
    (identity, "objections_gate"),
    (purposes, "require_allowed"),
    (audit_log, "require_intact"),
    (gate, "require_passed"),
    (gate, "require_unchanged"),
    (release, "check_copies"),
    (open_release, "check_copies"),
    (open_release, "judge_release"),
)
STEPS = (
    "list_feeds", "land_feed", "load_reference", "check_arrivals", "link", "apply_opt_outs", "pseudonymise",
    "build", "check_product", "publish_product", "report_linkage", "publish_open",
)  # fmt: skip


class Clock:
    """Seconds by name; of a call inside another one that is timed only the outer counts."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._is_inside = False

    @contextmanager
    def around(self, places: tuple[tuple[Any, str], ...]) -> Iterator[None]:
        """Time every call of these functions within the block."""
        with ExitStack() as stack:
            for module, name in places:
                stack.enter_context(patch.object(module, name, self._timed(getattr(module, name), name)))
            yield

    def _timed(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if self._is_inside:
                return real(*given, **named)
            self._is_inside, started = True, time.perf_counter()
            try:
                return real(*given, **named)
            finally:
                self.seconds[name] += time.perf_counter() - started
                self._is_inside = False

        return call


def main() -> None:
    """Print seconds and shares; the folder is removed afterwards."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gates", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wsic-bench-") as folder:
        extracts, settings = Path(folder) / "extracts", Settings(home=Path(folder) / "home")
        synthesise(asked.people, asked.seed, extracts, end_date=AS_OF, nights=1)
        run_id = _night(settings, extracts, asked.people)
        _pseudonymising(settings, run_id)


def _night(settings: Settings, extracts: Path, people: int) -> str:
    of_gates, of_steps = Clock(), Clock()
    started = time.perf_counter()
    with of_gates.around(GATES), of_steps.around(tuple((steps, name) for name in STEPS)):
        run_id, outcome = run_nightly(settings, extracts=extracts, as_of=AS_OF)
    whole = time.perf_counter() - started
    if outcome.exit_code:
        sys.exit(f"the night was not published: {'; '.join(outcome.reasons)}")
    _say(f"a night of {people:,} people: {whole:.1f} s")
    for name, seconds in of_steps.seconds.most_common():
        _say(f"  step  {name:<20} {seconds:7.2f} s  {seconds / whole:6.1%}")
    for name, seconds in of_gates.seconds.most_common():
        _say(f"  gate  {name:<20} {seconds:7.2f} s  {seconds / whole:6.1%}")
    gates = sum(of_gates.seconds.values())
    _say(f"all gates {gates:.2f} s: they add {gates / (whole - gates):.1%} to the night without them")
    return run_id


def _pseudonymising(settings: Settings, run_id: str) -> None:
    """The step as a night takes it, and the bare hash over the rows that it wrote."""
    started = time.perf_counter()
    identity.pseudonymise(settings, open_ledger(settings), run_id, PRODUCT, AS_OF)
    step = time.perf_counter() - started
    folder = Zones(settings.home).pseudonymised(PRODUCT)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        started = time.perf_counter()
        rows, hashes = _bare(settings, folder, Path(beside))
        bare = time.perf_counter() - started
    _say(
        f"pseudonymised {rows:,} rows ({hashes:,} hashes): {step:.2f} s, {rows / step:,.0f} rows/s; "
        f"bare SQL HMAC {bare:.2f} s, {rows / bare:,.0f} rows/s: the step runs at {bare / step:.0%} of it"
    )


def _bare(settings: Settings, folder: Path, beside: Path) -> tuple[int, int]:
    """Hash what was hashed and write what was written, and no more; rows and hashes."""
    connection, rows, hashes = connect(settings), 0, 0
    with keyed(connection, load_keys(settings).key(product_purpose(PRODUCT))):
        for path in sorted(folder.glob("*__*.parquet")):
            rows, hashes = _add((rows, hashes), _rehashed(connection, path, beside / path.name))
    connection.close()
    return rows, hashes


def _rehashed(connection: duckdb.DuckDBPyConnection, path: Path, target: Path) -> tuple[int, int]:
    columns = [
        row[0] for row in connection.execute(f"describe from read_parquet({literal(path)})").fetchall()
    ]
    keys = [name for name in columns if name.endswith("_key")]
    listed = ", ".join(
        f"keyed_hash({identifier(name)}) as {identifier(name)}" if name in keys else identifier(name)
        for name in columns
    )
    done = connection.execute(
        f"copy (select {listed} from read_parquet({literal(path)})) to {literal(target)} "
        "(format parquet, compression zstd)"
    ).fetchone()
    rows = int(done[0]) if done else 0
    return rows, rows * len(keys)


def _add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
