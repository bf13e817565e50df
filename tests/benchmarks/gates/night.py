"""One night with a clock around every gate that the planted faults know, each by its name."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from pipeline.least_privilege import confined
from pipeline.run import run_nightly, steps
from pipeline.settings import PRODUCTS, Settings
from pipeline.warehouse import dbt
from pipeline.zones import Zones
from tests.benchmarks.gates.clock import Clock, Stopwatch, Taken
from tests.benchmarks.linkage import report, targets
from tests.benchmarks.linkage.targets import Judged
from tests.planted.gates import GATES

AS_OF = date(2026, 3, 31)
MOST_ADDED = 0.15  # of the night without its gates
CLOSED_IN = "least_privilege.confined:run"
STARTS = 20  # of a command that does nothing, to know what closing it in takes
SPARED = "parsing that the build is spared"
NO_NIGHT = ("asking.", "review.", "rollback.")  # they stand on no way of a night


def work_of_gates() -> dict[str, list[str]]:
    """Function -> the gates whose work it does: a gate that is added to ``GATES`` is timed with them."""
    found: dict[str, list[str]] = {}
    for name, gate in GATES.items():
        if not name.startswith(NO_NIGHT):
            for word in gate.works or gate.raisers:
                found.setdefault(word, []).append(name)
    return found


def run(settings: Settings, extracts: Path, people: int) -> str:
    """Run the night, print what each gate took, judge what all of them add; returns the run's id."""
    works, of_gates, of_steps, of_dbt = work_of_gates(), Clock(), Clock(), Clock()
    watch = Stopwatch()
    with (
        of_gates.around(works),
        of_steps.around(f"run.steps:{name}" for name in _steps()),
        of_dbt.around([CLOSED_IN]),
    ):
        run_id, outcome = run_nightly(settings, extracts=extracts, as_of=AS_OF)
    whole = watch.taken()
    if outcome.exit_code:
        sys.exit(f"the night was not published: {'; '.join(outcome.reasons)}")
    rows = [(word.partition(":")[2], taken) for word, taken in of_steps.taken.items()]
    _table(f"a night of {people:,} people by its steps", "step", [("the night", whole), *rows], whole)
    of_gates.taken[CLOSED_IN] = _closing_in(of_dbt.taken[CLOSED_IN].calls)
    works[CLOSED_IN] = ["dbt.held_back"]
    of_gates.taken[SPARED] = _spared(settings)
    works[SPARED] = ["the build finds what its purposes were judged by"]
    gates = Taken()
    for taken in of_gates.taken.values():
        gates.add(taken)
    rows = [(f"{word} ({_named(works[word])})", taken) for word, taken in of_gates.taken.items()]
    _table("its gates", "where (gates)", [("all gates", gates), *rows], whole)
    _say_tests_of_dbt(settings, whole)
    targets.show("gates", [_added("wall", gates.wall, whole.wall), _added("processor", gates.cpu, whole.cpu)])
    return run_id


def _steps() -> list[str]:
    return [name for name in vars(steps) if getattr(getattr(steps, name), "__module__", "") == steps.__name__
            and not name.startswith("_") and callable(getattr(steps, name))]  # fmt: skip


def _closing_in(commands: int) -> Taken:
    """What it adds to so many commands that they are closed in: what they do themselves is no gate's work."""
    with tempfile.TemporaryDirectory() as folder:
        place, watch = Path(folder), Stopwatch()
        for _ in range(STARTS):
            confined.run(["/bin/true"], environ={}, cwd=place, user=None, reads=(), writes=(place,))
        closed, watch = watch.taken(), Stopwatch()
        for _ in range(STARTS):
            subprocess.run(["/bin/true"], env={}, cwd=place, check=True)
        bare = watch.taken()
    each = commands / STARTS
    return Taken((closed.wall - bare.wall) * each, (closed.cpu - bare.cpu) * each, commands)


def _spared(settings: Settings) -> Taken:
    """What parsing would add to the builds of a first night if the gate of purposes had not parsed before.

    A project is parsed in an empty folder and once more in the same one, for each product; less than nothing.
    """
    spared = Taken()
    for product in PRODUCTS:
        with tempfile.TemporaryDirectory(dir=settings.home / "warehouse") as folder:
            work = Path(folder)
            environ = dbt.environment(
                pseudonymised=Zones(settings.home).pseudonymised(product).resolve(), home=work,
                warehouse=work / "parsed.duckdb", product=product, memory_limit=settings.memory_limit,
            )  # fmt: skip
            taken = [_parsed(environ, work) for _ in range(2)]
        spared.add(Taken(taken[1].wall - taken[0].wall, taken[1].cpu - taken[0].cpu, 1))
    return spared


def _parsed(environ: Mapping[str, str], work: Path) -> Taken:
    watch = Stopwatch()
    if dbt.run(("parse",), environ=environ, work=work):
        sys.exit(f"dbt does not parse its project; see {work}/logs/dbt.log")
    return watch.taken()


def _added(kind: str, gates: float, whole: float) -> Judged:
    share = gates / (whole - gates)
    return Judged(
        f"all gates add to a night ({kind} seconds)", f"{share:.1%}", f"less than {MOST_ADDED:.0%}",
        share < MOST_ADDED,
    )  # fmt: skip


def _named(gates: list[str]) -> str:
    return ", ".join(gates[:3]) + (f" and {len(gates) - 3} more" if len(gates) > 3 else "")


def _table(title: str, what: str, rows: Iterable[tuple[str, Taken]], whole: Taken) -> None:
    listed = sorted(rows, key=lambda row: -row[1].cpu)
    report.table(
        title, (what, "calls", "seconds", "of the night", "CPU seconds", "of the night"),
        [(name, t.calls, t.wall, f"{t.wall / whole.wall:.1%}", t.cpu, f"{t.cpu / whole.cpu:.1%}")
         for name, t in listed],
    )  # fmt: skip


def _say_tests_of_dbt(settings: Settings, whole: Taken) -> None:
    """What dbt itself says that its tests took: they run inside the build, on as many threads as it has."""
    for product in PRODUCTS:
        path = Zones(settings.home).warehouse(product).with_suffix(".dbt") / "target" / "run_results.json"
        results = json.loads(path.read_text("utf-8"))["results"]
        tests = [result["execution_time"] for result in results if result["unique_id"].startswith("test.")]
        report.CONSOLE.print(
            f"{product}: {len(tests)} tests inside the dbt build took {sum(tests):.1f} s of its threads "
            f"({sum(tests) / whole.wall:.1%} of the night; part of the build, not counted above)"
        )
