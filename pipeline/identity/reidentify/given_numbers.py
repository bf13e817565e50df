"""NHS numbers that people hand to a command: from a file or from stdin, never as an argument."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pipeline.errors import UsageError

_SPACING = re.compile(r"[\s\u00a0.\-]")
_WEIGHTS = range(10, 0, -1)  # modulus 11: ten digits and their check digit sum up to a multiple of 11


def looks_like_number(text: str) -> bool:
    """Whether a text is an NHS number in any spacing: ten digits, the last one the check digit of the rest.

    Source: NHS Data Dictionary, NHS NUMBER.
    """
    digits = _SPACING.sub("", text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    return sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11 == 0


def read_number(path: Path) -> str:
    """The one NHS number in the file, or on stdin where ``path`` is ``-``; raises :class:`UsageError`."""
    try:
        text = sys.stdin.read(64) if str(path) == "-" else path.read_text("utf-8", errors="replace")[:64]
    except OSError:
        raise UsageError("the NHS number's file cannot be read; valid: a text file, or - for stdin") from None
    if not looks_like_number(text):
        raise UsageError("the NHS number is not valid; valid: one number of ten digits with its check digit")
    return _SPACING.sub("", text)
