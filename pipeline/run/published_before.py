"""The version that tonight's history goes on from: the one that is served, which passed every gate.

A version that was rolled back is not served, so it is as if it had never been.
"""

from __future__ import annotations

from pipeline import identity, publish
from pipeline.ledger import Ledger
from pipeline.settings import Settings


def published_before(settings: Settings, ledger: Ledger, product: str) -> identity.Published | None:
    """The served version of ``product`` with its key's public id; nothing where none is served."""
    place = publish.shelf(settings, product)
    served = place.served()
    if served is None:
        return None
    return identity.Published(place.current.resolve(), publish.key_used(ledger, served, product))
