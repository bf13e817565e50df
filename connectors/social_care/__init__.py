"""Adult social care: requests, assessments, services and reviews, as councils submit them."""

from __future__ import annotations

from connectors.declare import Source
from connectors.social_care.cld import FORMAT

SOURCE = Source(word="social_care", title="Adult social care", formats=(FORMAT,))
