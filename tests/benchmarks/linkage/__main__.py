"""``python -m tests.benchmarks.linkage [scale|economy]``: what linking reaches and what it takes.

``make bench`` runs both at small sizes; the sizes that the targets speak of are run by hand:
``… scale --people 2400000 --memory-limit 8GB`` and ``… economy --people 250000``.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.linkage import at_scale, report, splink_alone, targets, whole_economy

# Never used while anything was developed or trained; give another with --seed to see that it does not matter.
UNSEEN_SEED = 20_260_331
SCALE_PEOPLE, ECONOMY_PEOPLE = 50_000, 20_000


def main() -> None:
    """Run what the command line asks for, in a folder that is removed unless ``--folder`` names it."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="wsic-bench-") as removed:
        folder = Path(asked.folder or removed)
        if asked.what in ("scale", "all"):
            report.CONSOLE.rule("records at scale")
            at_scale.run(
                at_scale.Plan(
                    people=asked.people or SCALE_PEOPLE,
                    seed=asked.seed,
                    memory_limit=asked.memory_limit,
                    change_share=asked.change,
                    with_splink=not asked.no_splink,
                    splink_wall_limit=asked.splink_wall_limit,
                    splink_blocks=asked.splink_blocks,
                    splink_u_pairs=asked.splink_u_pairs,
                ),
                folder / "scale",
            )
        if asked.what in ("economy", "all"):
            report.CONSOLE.rule("a whole economy")
            whole_economy.run(
                asked.people or ECONOMY_PEOPLE, asked.seed, folder / "economy", asked.memory_limit
            )
    targets.require_met()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.linkage", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", "scale", "economy"), default="all")
    parser.add_argument(
        "--people", type=int, help=f"default {SCALE_PEOPLE:,} (scale), {ECONOMY_PEOPLE:,} (economy)"
    )
    parser.add_argument("--seed", type=int, default=UNSEEN_SEED)
    parser.add_argument("--memory-limit", default="4GB", help="of link()'s and of Splink's DuckDB")
    parser.add_argument(
        "--change", type=float, default=0.01, help="share of records that change in the night"
    )
    parser.add_argument("--no-splink", action="store_true", help="leave Splink alone out")
    parser.add_argument(
        "--splink-wall-limit", type=float, default=3600.0, help="seconds after which Splink is stopped"
    )
    parser.add_argument("--splink-blocks", choices=sorted(splink_alone.BLOCKS), default="few")
    parser.add_argument("--splink-u-pairs", type=float, default=splink_alone.U_PAIRS)
    parser.add_argument("--folder", help="keep everything here (it is emptied first)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
