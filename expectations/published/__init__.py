"""Suites that gate publishing; the word in the ledger is ``published.<what>``."""

from __future__ import annotations

from expectations.published import (
    activity,
    audit,
    care_lists,
    contract,
    disclosure,
    index_leaks,
    k_anonymity,
    leaks,
    metrics,
    open_product,
    people,
)
from expectations.rules import Suite

SUITES: tuple[Suite, ...] = (
    contract.SUITE,
    people.SUITE,
    activity.SUITE,
    metrics.SUITE,
    care_lists.SUITE,
    audit.SUITE,
    leaks.SUITE,
    index_leaks.SUITE,
    k_anonymity.SUITE,
)
OPEN_SUITES: tuple[Suite, ...] = (open_product.SUITE, disclosure.SUITE, leaks.SUITE, index_leaks.SUITE)
MARKED_SUITES: tuple[Suite, ...] = (disclosure.MARKED_SUITE,)
