"""When two names that were typed are one name."""

from __future__ import annotations

import unicodedata


def folded(name: str) -> str:
    """The letters and digits alone, without case, accents and width: ``A. Clerk`` is ``a  clerk``."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(one for one in unicodedata.normalize("NFKD", plain) if one.isalnum())
