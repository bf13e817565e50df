"""Disclosure control: the rule, what has to be suppressed beside it, and the proof that it holds.

:mod:`~pipeline.disclosure.rule` says of one count how it may be shown. :mod:`~pipeline.disclosure.pattern`
suppresses more cells until :mod:`~pipeline.disclosure.attack` can narrow no suppressed one by linear
programming over everything that is published.
"""

from pipeline.disclosure.rule import (
    LARGEST_SUPPRESSED,
    ROUNDED_TO,
    SMALLEST_SUPPRESSED,
    SUPPRESSED_SIGN,
    disclosed,
    disclosed_sql,
    is_sensitive_sql,
    isolates,
)

__all__ = [
    "LARGEST_SUPPRESSED",
    "ROUNDED_TO",
    "SMALLEST_SUPPRESSED",
    "SUPPRESSED_SIGN",
    "disclosed",
    "disclosed_sql",
    "is_sensitive_sql",
    "isolates",
]
