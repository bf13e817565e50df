"""What somebody asks: which pseudonyms, for whom, what for and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.errors import UsageError, one_of
from pipeline.settings import OPEN_PRODUCT, PRODUCTS

_KEY = re.compile(r"[0-9a-f]{64}")
_ORGANISATION = re.compile(r"[A-Z0-9]{3,9}")
_PURPOSE = re.compile(r"[a-z][a-z_]{1,39}")
_LONGEST_FILE = 10_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, in form; whether it is allowed is for the rules to say.

    ``person_keys`` are distinct; ``key_id`` is the public id of the key that they were made with, where
    who asks knows it (``audit.run`` of the version that they were read from).
    """

    product: str
    person_keys: tuple[str, ...]
    requester: str
    organisation: str
    purpose: str
    reason: str
    case: str
    as_of: date
    is_break_glass: bool = False
    key_id: str = ""

    def __post_init__(self) -> None:
        known = (*PRODUCTS, OPEN_PRODUCT)
        if self.product not in known:
            raise UsageError(one_of("product", self.product, known))
        wrong = sum(not _KEY.fullmatch(key) for key in self.person_keys)
        if wrong or not self.person_keys:
            raise UsageError(
                f"{wrong} of {len(self.person_keys)} are no pseudonyms; valid: at least one person_key of 64 "
                "hexadecimal digits, as the product holds it"
            )
        if not _ORGANISATION.fullmatch(self.organisation):
            raise UsageError(
                "--organisation is not an ODS code; valid: 3 to 9 letters and digits, such as E84001"
            )
        if not _PURPOSE.fullmatch(self.purpose):
            raise UsageError("--purpose is not a word; valid: letters and underscores, such as direct_care")
        object.__setattr__(self, "person_keys", tuple(sorted(set(self.person_keys))))


def folded_purpose(text: str) -> str:
    """A purpose as the rules write it: ``Direct care`` is ``direct_care``."""
    return re.sub(r"[\s\-]+", "_", text.strip().lower())


def read_keys(path: Path) -> Iterable[str]:
    """Pseudonyms from a file, one a line; raises :class:`UsageError` where it cannot be read as text."""
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise UsageError(f"{path.name} is too long to be a list of pseudonyms")
        return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path.name} cannot be read; valid: a text file, one person_key a line") from None
