"""Records at scale: linked from nothing, then a night of change, then Splink alone over the same records."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.benchmarks.linkage import linked, report, targets
from tests.benchmarks.linkage.economy import generate
from tests.benchmarks.linkage.economy.blocks import Size
from tests.benchmarks.linkage.economy.generate import Economy
from tests.benchmarks.linkage.measured import measured
from tests.benchmarks.linkage.score import Score, score, verified_clashes
from tests.benchmarks.linkage.splink_alone import THRESHOLDS, TIMED_THRESHOLD, U_PAIRS, column

END = date(2026, 3, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is measured at which scale."""

    people: int
    seed: int
    memory_limit: str
    change_share: float = 0.01
    with_splink: bool = True
    splink_wall_limit: float = 3600.0
    splink_blocks: str = "many"
    splink_u_pairs: float = U_PAIRS


def run(plan: Plan, folder: Path) -> None:
    """Print everything that is measured; the economy is left in ``folder``."""
    report.warn_of_load()
    started = time.perf_counter()
    economy = generate.make(Size(people=plan.people, seed=plan.seed, end=END), folder)
    report.CONSOLE.print(
        f"made {plan.people:,} people's landed records in {time.perf_counter() - started:,.1f} s "
        f"(seed {plan.seed})"
    )
    first = _link(economy, END, plan, "from nothing", targets.SECONDS_FROM_NOTHING)
    found = linked.show(_connection(economy), "link()", f"read_parquet('{economy.truth}')", economy.home)
    if plan.with_splink:  # before the night, which changes the records
        _splink(economy, plan, first, found)
    generate.change(economy, plan.change_share, plan.seed + 1)
    words = f"a night with {plan.change_share:.0%} changed"
    _link(economy, END + timedelta(days=1), plan, words, targets.SECONDS_OF_A_NIGHT)


def _link(economy: Economy, night: date, plan: Plan, words: str, seconds: float) -> dict[str, Any]:
    said = measured("link_night", economy.home, night.isoformat(), plan.memory_limit)
    if said is None:
        raise RuntimeError("link() was given no limit and still has no answer")
    report.table(
        f"link() {words}",
        ("records", "people", "seconds", "CPU seconds", "records a second", "peak GB"),
        [(said["records"], said["people"], said["seconds"], said["cpu_seconds"],
          round(said["records"] / said["seconds"]), said["peak_gb"])],
    )  # fmt: skip
    if plan.people >= targets.FULL_SIZE:
        judged = [
            targets.at_most("seconds", said["seconds"], seconds, "s"),
            targets.at_most("memory", said["peak_gb"], targets.PEAK_GB, "GB"),
        ]
        targets.show(f"link() {words}", judged)
    return said


def _splink(economy: Economy, plan: Plan, link: dict[str, Any], of_link: Score) -> None:
    """Splink alone, over the same landed records."""
    out = economy.folder / "splink" / "clusters.parquet"
    shutil.rmtree(out.parent, ignore_errors=True)
    out.parent.mkdir()
    said = measured(
        "splink_alone",
        economy.home,
        out,
        plan.memory_limit,
        plan.splink_blocks,
        plan.splink_u_pairs,
        wall_limit=plan.splink_wall_limit,
    )
    if said is None:
        report.CONSOLE.print(
            f"Splink alone was stopped after {plan.splink_wall_limit:,.0f} s: link() was at least "
            f"{plan.splink_wall_limit / link['seconds']:.1f} times as fast; no F1"
        )
        return
    report.table(
        "Splink alone",
        ("step", "seconds", "CPU seconds"),
        [(step, *taken) for step, taken in said["seconds"].items()],
    )
    report.CONSOLE.print(
        f"{said['records']:,} records, {said['pairs']:,} pairs kept, peak {said['peak_gb']:.2f} GB"
    )
    _compare(economy, out, of_link)
    _ratios(said, link, plan)


def _ratios(splink: dict[str, Any], link: dict[str, Any], plan: Plan) -> None:
    """How many times as long Splink took; link() comes with a trained model, so both ways are shown."""
    rows = []
    for words, left_out in (("trained on these records", ()), ("trained before", ("train",))):
        steps = [taken for step, taken in splink["seconds"].items() if step not in left_out]
        wall, cpu = sum(s[0] for s in steps), sum(s[1] for s in steps)
        rows.append((words, wall, wall / link["seconds"], cpu, cpu / link["cpu_seconds"]))
    report.table(
        f"Splink alone against link(): {splink['records']:,} records, clusters at {TIMED_THRESHOLD}",
        ("Splink", "seconds", "times link()", "CPU seconds", "times link()"),
        rows,
    )
    if plan.people >= targets.FULL_SIZE:
        times = min(rows[0][2], rows[0][4])  # by the clock a busy machine may favour either
        targets.show("Splink alone", [targets.times("as long as link()", times, targets.TIMES_SPLINK)])


def _compare(economy: Economy, out: Path, of_link: Score) -> None:
    connection = _connection(economy)
    truth = f"(select * from read_parquet('{economy.truth}') where is_identified)"
    rows = []
    for threshold in THRESHOLDS:
        found = score(
            connection, truth, f"read_parquet('{out}')", linked_id=column(threshold), by_group=False
        )[0]
        rows.append((f"Splink alone at {threshold:g}", found, verified_clashes(connection)))
    rows.sort(key=lambda row: -row[1].f1)
    report.table(
        "Identified records, best of Splink's thresholds first",
        ("", "precision", "recall", "F1", "false pairs", "verified clashes"),
        [
            (
                words,
                report.per_cent(s.precision),
                report.per_cent(s.recall),
                report.per_cent(s.f1),
                s.false_pairs,
                clashes,
            )
            for words, s, clashes in [("link()", of_link, "see above"), *rows]
        ],
    )


def _connection(economy: Economy) -> duckdb.DuckDBPyConnection:
    return generate.connect(economy.folder)
