"""What was known on an earlier night: which nights can be asked, and their rows and FHIR tables again.

A night's tables follow from typed rows that are never changed, and from what the ledger knew by then. So
nothing is stored twice: a night is worked out again when somebody asks.
"""

from pipeline.landing.history.nights import FeedThen, Night, feeds_then, find_night, list_nights
from pipeline.landing.history.rebuild import rebuild

__all__ = ["FeedThen", "Night", "feeds_then", "find_night", "list_nights", "rebuild"]
