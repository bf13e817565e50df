"""``python -m tests.benchmarks.gates``: what gates add to a night, and pseudonymising beside the bare hash.

``make bench`` runs it for 100,000 people, which takes half an hour, ``make bench SMALL=1`` at its default
size. Every gate of ``tests/planted/gates.py`` is timed by its name, so that one that is added is counted.
Figures stand beside their targets, and one that misses ends the bench with an error.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from pipeline.settings import Settings
from synthetic import synthesise
from tests.benchmarks.gates import night, pseudonymising
from tests.benchmarks.linkage import report, targets

PEOPLE, SEED = 10_000, 1


def main() -> None:
    """Make an economy, run its night and pseudonymise it again, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gates", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--memory-limit", default="4GB", help="of the night's DuckDB")
    parser.add_argument("--extracts", type=Path, help="take these in place of making some of so many people")
    parser.add_argument("--folder", type=Path, help="work here and keep it")
    asked = parser.parse_args()
    report.warn_of_load()
    with tempfile.TemporaryDirectory(prefix="wsic-bench-") as removed:
        folder = asked.folder or Path(removed)
        extracts = asked.extracts or folder / "extracts"
        settings = Settings(home=folder / "home", memory_limit=asked.memory_limit)
        if not extracts.exists():
            synthesise(asked.people, asked.seed, extracts, end_date=night.AS_OF, nights=1)
        run_id = night.run(settings, extracts, asked.people)
        pseudonymising.run(settings, run_id)
    targets.require_met()


if __name__ == "__main__":
    main()
