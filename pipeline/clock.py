"""The time of day as the ledger keeps it: UTC with its offset, whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """This moment, for a column of the ledger, e.g. ``2026-03-31T02:00:00+00:00``."""
    return datetime.now(UTC).isoformat(timespec="seconds")
