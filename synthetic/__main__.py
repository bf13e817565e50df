"""``python -m synthetic --people N --seed S --out DIR [--end-date D] [--nights K] [--years Y]
[--workers W] [--with-ambulance]``."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from synthetic.economy import synthesise
from synthetic.span import FEWEST_YEARS


def main(arguments: list[str] | None = None) -> int:
    """Parse the arguments, make the economy, print its counts."""
    parser = argparse.ArgumentParser(
        prog="synthetic",
        description="Write a make-believe health economy.",
        epilog="example: python -m synthetic --people 10000 --seed 1 --out extracts",
    )
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--end-date", type=date.fromisoformat, default=date(2026, 3, 31))
    parser.add_argument("--nights", type=int, default=1)
    parser.add_argument("--years", type=int, default=FEWEST_YEARS)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--with-ambulance", action="store_true")
    given = parser.parse_args(arguments)
    summary = synthesise(
        given.people, given.seed, given.out, given.end_date, given.nights, years=given.years,
        workers=given.workers, with_ambulance=given.with_ambulance,
    )  # fmt: skip
    for name, count in summary.as_dict().items():
        sys.stdout.write(f"{name:16} {count:>12,}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
