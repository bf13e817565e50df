"""Emergency ambulance services: incidents, how fast they were answered, and what came of them."""

from __future__ import annotations

from connectors.ambulance.ads import FORMAT
from connectors.declare import Source

SOURCE = Source(word="ambulance", title="Emergency ambulance", formats=(FORMAT,))
