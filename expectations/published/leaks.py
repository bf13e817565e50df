"""The leak scan: no text of a product reads as an NHS number, a postcode, a contact, a sentence.

:mod:`expectations.text_scan` looks at every distinct value of every text column; these rules hold
its counts to nothing. It stands behind the allow-list of the register, it does not replace it.
"""

from __future__ import annotations

from expectations.results import CRITICAL
from expectations.rules import Rule, Suite, tallied


def _none(rule_id: str, meaning: str, found: str) -> Rule:
    return tallied(
        rule_id,
        CRITICAL,
        meaning,
        table="text_finding",
        checked="values_checked",
        failed=found,
        place="place",
    )


SUITE = Suite(
    word="published.leaks",
    rules=(
        _none("no_nhs_number", "no text holds a valid NHS number, spaced or embedded", "nhs_numbers"),
        _none("no_postcode", "no text holds a United Kingdom postcode", "postcodes"),
        _none("no_email", "no text holds an e-mail address", "emails"),
        _none("no_telephone", "no text holds a United Kingdom telephone number", "telephones"),
        _none("no_free_text", "no text of core or wsic is long enough to be a note", "long_texts"),
        _none(
            "no_birth_date", "no text holds a whole date written with strokes, as people write one", "dates"
        ),
    ),
)
