"""The lasting person index: what changed since last night is linked, and every person keeps its id.

A night gives what linking everything from nothing would give, up to the ids: these are given once and stay.
"""

from pipeline.identity.person_index.changes import find_changes
from pipeline.identity.person_index.clustering import link_residue
from pipeline.identity.person_index.keep import assign_persons, compare_with_before, keep
from pipeline.identity.person_index.night import Night, begin
from pipeline.identity.person_index.tracing import build_changed_index, trace_changed

__all__ = [
    "Night",
    "assign_persons",
    "begin",
    "build_changed_index",
    "compare_with_before",
    "find_changes",
    "keep",
    "link_residue",
    "trace_changed",
]
