"""What other DAGs may wait for: what a sender landed, each product, the end of a night, a month's snapshot.

A DAG downstream of the pipeline takes one of these as its ``schedule``, or names the same URI; it need not
know which DAG makes it. An event tells the run id and nothing else: no path, no count, nobody.
"""

from __future__ import annotations

from airflow.sdk import Asset, AssetAlias

FEEDS = AssetAlias(name="wsic_feeds", group="wsic")
"""Any feed that landed; :func:`feed_asset` is that of one sender, known once it first lands."""

PRODUCTS = {
    name: Asset(name=f"wsic_{name}", uri=f"x-wsic://product/{name}", group="wsic")
    for name in ("direct_care", "secondary_use", "open")
}
NIGHT_ENDED = Asset(name="wsic_night_ended", uri="x-wsic://night/ended", group="wsic")
"""The lock is given back; what was published that night, if anything was, is being served."""

OPT_OUT_REPLY = Asset(name="wsic_opt_out_reply", uri="x-wsic://opt-outs/reply", group="wsic")
"""A reply of the national opt-out check was collected; the next night heeds it."""

MONTHLY_SNAPSHOT = Asset(name="wsic_monthly_snapshot", uri="x-wsic://product/monthly-snapshot", group="wsic")
"""The month has its snapshot of every product that was being served."""


def feed_asset(source: str, sender: str) -> Asset:
    """One sender's feed: its source word and ODS code."""
    return Asset(name=f"wsic_feed_{source}_{sender}", uri=f"x-wsic://feed/{source}/{sender}", group="wsic")
