"""Under which key a version's pseudonyms were made, as the run that made it noted in the ledger."""

from __future__ import annotations

import re

from pipeline.errors import UsageError
from pipeline.ledger import Ledger


def key_used(ledger: Ledger, run_id: str, product: str) -> str:
    """Public id of the key; empty for a product without one, and for a run that the ledger does not know."""
    rows = ledger.query("select key_ids from run where run_id = ?", (run_id,))
    noted = rows[0]["key_ids"] if rows else ""
    found = re.search(rf"(?:^|\s)product:{re.escape(product)}=([0-9a-f]{{16}})", noted)
    return found[1] if found else ""


def require_same_key(ledger: Ledger, product: str, *, served: str | None, to: str) -> None:
    """Raise :class:`UsageError` where the version of run ``to`` is not under the served one's key.

    Old and new pseudonyms side by side would tell who is who in both.
    """
    now, then = key_used(ledger, served or "", product), key_used(ledger, to, product)
    if served and now != then:
        raise UsageError(
            f"{product}: run {to} made its version under key {then or 'unknown'}, which a rotation retired "
            f"(in use: {now or 'unknown'}): its pseudonyms are withdrawn, and are not served again"
        )
