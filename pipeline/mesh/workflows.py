"""Workflows of our mailboxes that are no feeds: what else takes its messages out of them."""

from __future__ import annotations

OPT_OUTS = "SPINE_NTT_UPHOLDING"  # the national opt-out check service; NHS England confirms it at set-up
OTHER_WORKFLOWS = frozenset({OPT_OUTS})
