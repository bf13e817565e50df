"""No identifier of the person index stands in a product: what the identity room found, in counts.

The looking is done where the identifiers are (``pipeline/identity/leak_scan``); only counts by kind
and column come here. A kind that was not looked for has failed.
"""

from __future__ import annotations

from expectations.results import CRITICAL
from expectations.rules import Rule, Suite

_KINDS = {
    "nhs_number": "no value holds an NHS number of the index, whatever stands between or beside its digits",
    "encoded_number": "no value holds an NHS number of the index in hexadecimal, base 32 or base 64",
    "hashed_number": "no value is a hash without a key (MD5, SHA-1, SHA-2, SHA3-256) of an NHS number of the "
    "index, whole or cut",
    "name": "no value holds a person's given and family name, no column is one of names",
    "postcode": "no value is a home postcode of the index",
    "key": "no value is a key of the deployment, in hexadecimal or base 64",
    "own_birth_date": "no column holds its own person's whole birth date, as a day, in words or as a number",
}


def _none_of(kind: str, meaning: str) -> Rule:
    found = f"kind = '{kind}' and values_found > 0"
    return Rule(
        rule_id=f"no_{kind}",
        severity=CRITICAL,
        meaning=meaning,
        table="index_leak",
        rows_checked=f"sum(values_checked) filter (where kind = '{kind}' and place = 'product')",
        # A kind without its row was not looked for: that fails as a find does.
        rows_failed=f"if(count(*) filter (where kind = '{kind}') = 0, 1, "
        f"sum(values_found) filter (where {found}))",
        is_failing=found,
        place="place",
    )


SUITE = Suite(
    word="published.index_leaks",
    rules=tuple(_none_of(kind, meaning) for kind, meaning in _KINDS.items()),
)
