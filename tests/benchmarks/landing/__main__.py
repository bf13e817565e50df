"""What landing costs beside the bare typed read of the same file: ``python -m tests.benchmarks.landing``.

``--rows`` (a million) encounters as FHIR NDJSON and observations as native CSV, one row of a hundred damaged,
each read both ways in turn, ``--times`` over, in processes of their own; then files four times as large are
landed, to show that memory does not grow with the file. Prints both ratios and whether the targets are met:
at most 2.5 times the bare read, under 4 GB.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.landing.generate import (
    ENCOUNTERS,
    OBSERVATIONS,
    write_encounters,
    write_observations,
)

RATIO_AT_MOST, GB_AT_MOST, LARGER = 2.5, 4.0, 4
_KINDS: dict[str, tuple[str, str, Callable[[Path, int], None]]] = {
    "FHIR NDJSON": ("acute", ENCOUNTERS, write_encounters),
    "native CSV": ("gp", OBSERVATIONS, write_observations),
}


def measure(root: Path, kind: str, *, rows: int, times: int, has_larger: bool) -> bool:
    """Measure one kind of file and say it; returns whether its targets are met."""
    source, name, write = _KINDS[kind]
    path = root / "extracts" / source / "X01" / "2026-03-30" / name
    path.parent.mkdir(parents=True)
    write(path, rows)
    _say(f"{kind}: {rows:,} rows, {path.stat().st_size / 1e9:.2f} GB")
    taken: dict[str, list[dict[str, Any]]] = {"bare": [], "landed": []}
    for _ in range(times):
        for way, found in taken.items():
            found.append(_once(way, path))
    for way, found in taken.items():
        _say(
            f"  {way:8} wall {_listed(found, 'wall')} s · processor {_listed(found, 'cpu')} s · "
            f"peak {max(one['peak'] for one in found) / 1e9:.2f} GB · {found[0]['written']:,} rows"
        )
    ratios = {word: median(_ratios(taken, word)) for word in ("wall", "cpu")}
    is_met = ratios["wall"] <= RATIO_AT_MOST
    _say(
        f"  landing is {ratios['wall']:.2f} times the bare read by the clock, {ratios['cpu']:.2f} times in "
        f"processor seconds; at most {RATIO_AT_MOST}: {'met' if is_met else 'NOT met'}"
    )
    peaks = [max(one["peak"] for one in taken["landed"]) / 1e9]
    if has_larger:
        write(path, rows * LARGER)
        peaks.append(_once("landed", path)["peak"] / 1e9)
        _say(f"  {rows * LARGER:,} rows, {path.stat().st_size / 1e9:.2f} GB: peak {peaks[-1]:.2f} GB")
    path.unlink()
    is_small = max(peaks) < GB_AT_MOST
    _say(f"  peak {max(peaks):.2f} GB; under {GB_AT_MOST:.0f}: {'met' if is_small else 'NOT met'}")
    return is_met and is_small


def _once(way: str, path: Path) -> dict[str, Any]:
    _read(path)
    with tempfile.TemporaryDirectory(dir=path.parents[4]) as home:
        command = [sys.executable, "-m", "tests.benchmarks.landing.once", way, str(path), home]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _read(path: Path) -> None:
    """Have the file in the kernel's memory, however the last way left it."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def _ratios(taken: dict[str, list[dict[str, Any]]], word: str) -> list[float]:
    return [ours[word] / theirs[word] for ours, theirs in zip(taken["landed"], taken["bare"], strict=True)]


def _listed(found: list[dict[str, Any]], word: str) -> str:
    return ", ".join(f"{one[word]:.1f}" for one in found)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run from the command line; ends with 1 where a target is not met."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--times", type=int, default=5)
    asked.add_argument("--kind", choices=list(_KINDS), action="append")
    asked.add_argument("--no-larger", action="store_true", help="leave out the files four times as large")
    given = asked.parse_args()
    is_met = True
    with tempfile.TemporaryDirectory() as folder:
        for kind in given.kind or _KINDS:
            has_larger = not given.no_larger
            is_met &= measure(
                Path(folder) / kind, kind, rows=given.rows, times=given.times, has_larger=has_larger
            )
    _say("every target is met" if is_met else "NOT every target is met")


if __name__ == "__main__":
    main()
