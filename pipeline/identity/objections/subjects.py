"""Who a decision is about: NHS numbers and records of senders, from a file or standard input.

Never from the command line's arguments: those show in the process list and stay in a shell's history.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TextIO

from connectors.declare import SOURCE_WORDS
from pipeline.errors import UsageError
from pipeline.settings import Settings

_FORM = "valid: an NHS number of ten digits, or source,sender,record id, one a line"
_WEIGHTS = range(10, 1, -1)  # NHS Data Dictionary, NHS NUMBER: modulus 11
_NEVER_ISSUED = "9"


@dataclass(frozen=True, slots=True)
class Subjects:
    """Numbers of ten digits, and records as (source, sender, record id); never shown in ``repr``."""

    numbers: tuple[str, ...] = field(repr=False)
    records: tuple[tuple[str, str, str], ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.numbers) + len(self.records)


def read_subjects(settings: Settings, file: TextIO) -> Subjects:
    """Read subjects; raises :class:`UsageError` naming the lines that are none, and takes none then."""
    numbers: set[str] = set()
    records: set[tuple[str, str, str]] = set()
    wrong = []
    for place, line in enumerate(file, start=1):
        text = line.strip().removesuffix(",")
        if not text:
            continue
        digits = re.sub(r"[\s-]", "", text)
        parts = [part.strip() for part in text.split(",", 2)]
        if _is_number(settings, digits):
            numbers.add(digits)
        elif len(parts) == 3 and parts[0] in SOURCE_WORDS and all(parts):
            records.add((parts[0], parts[1], parts[2]))
        else:
            wrong.append(place)
    if wrong:
        listed = ", ".join(str(place) for place in wrong[:10])
        raise UsageError(f"{len(wrong)} lines name no subject (line {listed}); {_FORM}; nothing was changed")
    if not numbers and not records:
        raise UsageError(f"the list of subjects is empty; {_FORM}")
    return Subjects(tuple(sorted(numbers)), tuple(sorted(records)))


def _is_number(settings: Settings, digits: str) -> bool:
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    check = (11 - total % 11) % 11
    return check == int(digits[9]) and (settings.allow_synthetic_numbers or digits[0] != _NEVER_ISSUED)
