"""National data opt-out replies: the numbers that may be used, one file a night."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from synthetic.days import date_of
from synthetic.people import Block
from synthetic.rows import Array, Rows
from synthetic.span import Span
from synthetic.world import World
from synthetic.world.nhs_numbers import check_digits

RECORD_TABLES = ("gp_patient", "acute_record", "community_record", "mental_record", "council_record")
MAILBOX = "X26HC036"


def write_block(block: Block, tables: dict[str, Rows], parts: Path) -> None:
    """Write the block's askable numbers and the day their owner objected (a large number: never)."""
    rows = block.rows
    own = {int(n): int(day) for n, day in zip(rows["nhs_number"], rows["opted_out_on"], strict=True)}
    own.update(
        {int(n): int(day) for n, day in zip(rows["old_number"], rows["opted_out_on"], strict=True) if n > 0}
    )
    sent = np.concatenate([_valid(tables[name]["number"]) for name in RECORD_TABLES])
    numbers = np.unique(np.concatenate([np.array(list(own), dtype=np.int64), sent]))
    days = np.array([own.get(int(n), 10**6) for n in numbers], dtype=np.int64)
    parts.mkdir(parents=True, exist_ok=True)
    np.savez(parts / f"opt_outs-{block.number:05d}.npz", numbers=numbers, days=days)


def _valid(texts: Array) -> Array:
    """The texts that are valid NHS numbers, as numbers."""
    numbers = np.array([int(text) for text in texts if text is not None and len(text) == 10], dtype=np.int64)
    return np.asarray(numbers[check_digits(numbers // 10) == numbers % 10])


def write(out: Path, world: World, span: Span) -> None:
    """Write ``opt_outs/<date>/<mailbox>-<ddmmyy>-0001.dat`` for every night: ``number,`` and a line feed."""
    loaded = [np.load(path) for path in sorted((out / ".parts" / "truth").glob("opt_outs-*.npz"))]
    numbers = np.concatenate([part["numbers"] for part in loaded])
    days = np.concatenate([part["days"] for part in loaded])
    order = np.lexsort((days, numbers))  # a number seen in two blocks: its owner's day comes first
    numbers, days = numbers[order], days[order]
    first = np.concatenate([[True], numbers[1:] != numbers[:-1]])
    for night in span.night_days:
        usable = numbers[first & (days > night)]
        folder = out / "opt_outs" / date_of(night).isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{MAILBOX}-{date_of(night):%d%m%y}-0001.dat"
        (folder / name).write_text(
            "".join(f"{number:010d},\n" for number in usable), encoding="ascii", newline="\n"
        )
