"""Values as a person reads them; a value that is missing is never shown as nought."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

NOTHING = "–"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def number(value: object, nothing: str = NOTHING) -> str:
    """A value as a person reads it: thousands apart, two decimals, yes or no, ``nothing`` for none."""
    if value is None:
        return nothing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(str(item) for item in value) or nothing
    return f"{value:,}" if isinstance(value, int) else str(value)


def words(value: object) -> str:
    """A word of the code as words of English: ``type_1_objection`` as ``type 1 objection``."""
    return str(value).replace("_", " ")


def moment(at: object) -> str:
    """A time of the ledger to the minute; a dash for none."""
    return f"{str(at)[:16].replace('T', ' ')} UTC" if at else NOTHING


def is_day(rows: Iterable[Mapping[str, object]], name: str) -> bool:
    """Whether a column holds days, where it holds anything: they are not to be broken at their hyphens."""
    found = [row[name] for row in rows if row[name]]
    return bool(found) and all(_DAY.fullmatch(str(one)) for one in found)


def is_numeric(rows: Iterable[Mapping[str, object]], name: str) -> bool:
    """Whether a column holds numbers, where it holds anything."""
    found = [row[name] for row in rows if row[name] is not None]
    return bool(found) and all(isinstance(one, int | float) and not isinstance(one, bool) for one in found)
