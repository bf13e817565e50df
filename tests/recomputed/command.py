"""``python -m tests.recomputed.… HOME``: a comparison with the products that a night left in ``HOME``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")


def run(
    compare: Callable[[Path, Path], Found],
    tell: Callable[[Found], tuple[Iterable[str], int]],
    products: tuple[str, ...] = ("direct_care", "secondary_use"),
) -> None:
    """Compare each product's rows with its file; end with an error where anything differs.

    ``tell`` makes of what ``compare`` found the lines to print, and how many rows differ.
    """
    parser = argparse.ArgumentParser(description="Fails where anything differs.")
    parser.add_argument("home", type=Path)
    home = parser.parse_args().home
    failed = 0
    for product in products:
        found = compare(home / "pseudonymised" / product, home / "published" / product / "current.duckdb")
        lines, differing = tell(found)
        for line in lines:
            print(f"{product}: {line}")  # noqa: T201
        failed += differing
    raise SystemExit(failed > 0)


def tell_tables(found: dict[str, tuple[int, int]]) -> tuple[list[str], int]:
    """What to say of tables with their rows, and how many of them differ."""
    lines = [f"{table}: {rows} rows, {differing} differ" for table, (rows, differing) in found.items()]
    return lines, sum(differing for _, differing in found.values())
