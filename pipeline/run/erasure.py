"""What a deletion, or a consent withdrawn, does to versions that were published before it.

The next publish has the person in no row. From the decision on no other version of before is kept, so that no
rollback brings the person back. Where a product cannot be published for ``deletion_within_days``, its served
version is withdrawn too: the duty to erase (UK GDPR, article 12(3): one month) weighs more than serving the
last good one.
"""

from __future__ import annotations

from datetime import timedelta

from pipeline import clock, identity, publish
from pipeline.ledger import Ledger
from pipeline.settings import PRODUCTS, Settings

ACTS = ("deleted", "consent_withdrawn")


def withdraw_versions(settings: Settings, ledger: Ledger, product: str) -> tuple[str, ...]:
    """Remove versions of ``product`` made before the newest decision about a person; returns their run ids.

    The served version stays until a newer one takes its place, but no longer than the time allowed.
    """
    decided_at = identity.newest_decision(ledger, *ACTS)
    if product not in PRODUCTS or decided_at is None:
        return ()
    oldest = identity.oldest_decision_after(ledger, publish.served_at(settings, product), *ACTS)
    limit = timedelta(days=settings.deletion_within_days)
    is_overdue = oldest is not None and clock.moment() - oldest > limit
    return publish.withdraw(settings, ledger, product, made_before=decided_at, with_served=is_overdue)
