"""Landing: receive, check, type, quarantine; then the current rows and their FHIR tables.

No row goes through a Python loop. What may be said of a row is its number, its column and the rule it broke;
its text lies in ``received`` and in ``quarantine`` only.
"""

from pipeline.landing.build import BuildOutcome, build_fhir, current_rows
from pipeline.landing.feeds import Feed, arrivals, dated_folders, list_feeds
from pipeline.landing.land import land_feed
from pipeline.landing.manifest import read_manifest
from pipeline.landing.outcomes import Broken, FeedOutcome, FileOutcome
from pipeline.landing.quarantine import list_quarantine, show_quarantine
from pipeline.landing.reference import ReferenceOutcome, load_reference, newest_reference
from pipeline.landing.replay import mend, replay
from pipeline.landing.states import count_states, list_states

__all__ = [
    "Broken",
    "BuildOutcome",
    "Feed",
    "FeedOutcome",
    "FileOutcome",
    "ReferenceOutcome",
    "arrivals",
    "build_fhir",
    "count_states",
    "current_rows",
    "dated_folders",
    "land_feed",
    "list_feeds",
    "list_quarantine",
    "list_states",
    "load_reference",
    "mend",
    "newest_reference",
    "read_manifest",
    "replay",
    "show_quarantine",
]
