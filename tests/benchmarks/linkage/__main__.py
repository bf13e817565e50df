"""``python -m tests.benchmarks.linkage [scale|economy]``: what linking reaches and what it takes.

Left alone it runs both at the sizes that the targets speak of, 2.4 million people's records and an economy of
250,000 people, which takes an hour and 10 GB; ``--small`` is a look of two minutes.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.linkage import at_scale, report, splink_alone, targets, whole_economy

# Never used while anything was developed or trained; give another with --seed to see that it does not matter.
UNSEEN_SEED = 20_260_331
ECONOMY_PEOPLE = 250_000
SMALL_SCALE_PEOPLE, SMALL_ECONOMY_PEOPLE = 50_000, 20_000


def main() -> None:
    """Run what the command line asks for, in a folder that is removed unless ``--folder`` names it."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="wsic-bench-") as removed:
        folder = Path(asked.folder or removed)
        if asked.what in ("scale", "all"):
            report.CONSOLE.rule("records at scale")
            at_scale.run(
                at_scale.Plan(
                    people=asked.people or (SMALL_SCALE_PEOPLE if asked.small else targets.FULL_SIZE),
                    seed=asked.seed,
                    memory_limit=asked.memory_limit,
                    change_share=asked.change,
                    with_splink=not asked.no_splink,
                    splink_wall_limit=asked.splink_wall_limit,
                    splink_blocks=asked.splink_blocks,
                    splink_u_pairs=asked.splink_u_pairs
                    or (splink_alone.U_PAIRS_OF_A_TRIAL if asked.small else splink_alone.U_PAIRS),
                ),
                folder / "scale",
            )
        if asked.what in ("economy", "all"):
            report.CONSOLE.rule("a whole economy")
            people = asked.people or (SMALL_ECONOMY_PEOPLE if asked.small else ECONOMY_PEOPLE)
            whole_economy.run(people, asked.seed, folder / "economy", asked.memory_limit)
    targets.require_met()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.linkage", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", "scale", "economy"), default="all")
    parser.add_argument(
        "--people", type=int, help=f"default {targets.FULL_SIZE:,} (scale), {ECONOMY_PEOPLE:,} (economy)"
    )
    parser.add_argument(
        "--small", action="store_true", help=f"{SMALL_SCALE_PEOPLE:,} and {SMALL_ECONOMY_PEOPLE:,} people"
    )
    parser.add_argument("--seed", type=int, default=UNSEEN_SEED)
    parser.add_argument("--memory-limit", default="9GB", help="of link()'s and of Splink's DuckDB")
    parser.add_argument(
        "--change", type=float, default=0.01, help="share of records that change in the night"
    )
    parser.add_argument("--no-splink", action="store_true", help="leave Splink alone out")
    parser.add_argument(
        "--splink-wall-limit", type=float, default=3600.0, help="seconds after which Splink is stopped"
    )
    parser.add_argument("--splink-blocks", choices=sorted(splink_alone.BLOCKS), default="many")
    parser.add_argument("--splink-u-pairs", type=float, help=f"default {splink_alone.U_PAIRS:.0e}")
    parser.add_argument("--folder", help="keep everything here (it is emptied first)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
