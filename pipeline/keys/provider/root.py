"""A root key: 256 random bits, and which provider gave it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.errors import SetupError
from pipeline.keys.secret import Secret

_ROOT = re.compile(rb"[0-9a-f]{64}")
FORM = (
    "valid: 64 hexadecimal digits (256 random bits) in WSIC_ROOT_KEY, in keys/root.key "
    "or in the secrets service"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The root of a deployment; ``key`` never shows in ``repr``."""

    provider: str
    is_development: bool
    key: Secret = field(repr=False)


def parse_root(text: Secret, where: str) -> Secret:
    """The 32 bytes that ``text`` spells; raises :class:`SetupError` where it cannot be a random key."""
    folded = Secret(text.strip().lower())
    if not _ROOT.fullmatch(folded) or len(set(folded)) < 8:  # a repeated pattern is no random key
        raise SetupError(f"{where} does not hold a random 256-bit key; {FORM}")
    return Secret(bytes.fromhex(folded.decode("ascii")))
