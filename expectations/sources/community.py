"""Community services (CSDS): ids are unique inside a provider only."""

from __future__ import annotations

from expectations.rules import Suite
from expectations.sources import contacts, every, numbers
from expectations.thresholds import NUMBER_COMMUNITY

SUITE = Suite(
    word="arrived.community",
    rules=(*every.RULES, *numbers.of_people(NUMBER_COMMUNITY), *contacts.RULES),
)
