"""The columns of the pseudonymised zone that linking gives and no source sends: how each is handled, and
its meaning.

They are worked out from the identifiers of all sources together, so they stand on the legal bases that
those have in common.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.declare import Handling

Described = Mapping[str, tuple[str, Handling, str]]

_PERSON_SOURCES: Described = {
    "person_key": ("VARCHAR", Handling.PSEUDONYMISE, "Keyed hash of the person that the record is linked to"),
    "source": ("VARCHAR", Handling.KEEP, "Source word of the feed"),
    "sender": ("VARCHAR", Handling.KEEP, "ODS code of the sending organisation"),
    "link_step": ("VARCHAR", Handling.KEEP, "How the record came to its person"),
    "link_confidence": ("DOUBLE", Handling.KEEP, "How sure the link is, from 0 to 1"),
    "strict_person_key": ("VARCHAR", Handling.PSEUDONYMISE, "The same at the strict threshold of linking"),
    "loose_person_key": ("VARCHAR", Handling.PSEUDONYMISE, "The same at the loose threshold of linking"),
}
_LINK_GROUPS: Described = {
    "run_id": ("VARCHAR", Handling.KEEP, "The run"),
    "source": ("VARCHAR", Handling.KEEP, "Source word of the feed"),
    "sender": ("VARCHAR", Handling.KEEP, "ODS code of the sending organisation"),
    "link_step": ("VARCHAR", Handling.KEEP, "How the records came to their persons"),
    "group_type": (
        "VARCHAR",
        Handling.KEEP,
        "What the group is by: age band, sex, ethnic group ...",
    ),
    "group_value": ("VARCHAR", Handling.GENERALISE, "Which group"),
    "records": ("BIGINT", Handling.KEEP, "Records of the group"),
    "people": ("BIGINT", Handling.KEEP, "People of the group"),
    "records_registered": ("BIGINT", Handling.KEEP, "Records of people who are or were on a practice's list"),
    "probability_missed": (
        "DOUBLE",
        Handling.KEEP,
        "Sum over records: probability that a link was missed",
    ),
    "probability_false": (
        "DOUBLE",
        Handling.KEEP,
        "Sum over records: probability that the link is false",
    ),
}
LINKAGE: Mapping[str, Described] = {"person_sources": _PERSON_SOURCES, "link_groups": _LINK_GROUPS}
"""Columns by table, in order: type, handling word, meaning."""
