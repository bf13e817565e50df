"""What a person may type into the log: a reason or a name, without anything that says who a patient is.

A name in a reason cannot be told from any other word, so the help text asks not to quote a record;
what has the form of an identifier is refused.
"""

from __future__ import annotations

import re

from pipeline.errors import UsageError

LONGEST = 300

_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_IDENTIFIERS = {
    # Any ten digits, however they are spaced, whether or not the check digit is right.
    "an NHS number": re.compile(r"(?:\d[\s.\-/_]*){9}\d"),
    # A postcode (Royal Mail's forms), with or without its space.
    "a postcode": re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}\b", re.IGNORECASE),
    "a date": re.compile(
        r"\b\d{1,2}\s*[./\-]\s*\d{1,2}\s*[./\-]\s*\d{2,4}\b|\b\d{4}\s*[./\-]\s*\d{1,2}\s*[./\-]\s*\d{1,2}\b"
        rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s*(?:of\s+)?(?:{_MONTH})[a-z]*\.?,?\s*\d{{2,4}}\b"
        rf"|\b(?:{_MONTH})[a-z]*\.?\s*\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b|\b(?:19|20)\d{{6}}\b",
        re.IGNORECASE,
    ),
}


def require_safe(text: str, what: str) -> str:
    """``text`` without surrounding space; raises :class:`UsageError` where it may identify a patient.

    ``what`` names the text in the error; the text itself is never in it.
    """
    folded = " ".join(text.split())
    if not folded or len(folded) > LONGEST or not folded.isprintable():
        raise UsageError(f"{what} is empty or too long; valid: 1 to {LONGEST} printable characters")
    for identifier, pattern in _IDENTIFIERS.items():
        if pattern.search(folded):
            raise UsageError(f"{what} holds what looks like {identifier}; say it without naming a patient")
    return folded
