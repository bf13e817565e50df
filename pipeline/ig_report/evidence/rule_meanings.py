"""What each rule and each suite of rules means, in words for who has never seen code.

Rules of the expectation suites bring their own meaning. Those that other gates leave in the ledger stand
here, one by one; tests/structure holds every rule to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from expectations.published import MARKED_SUITES, OPEN_SUITES, SUITES
from expectations.sources import SUITES as ARRIVED
from pipeline.gate_words import (
    AUDIT_LOG,
    COPIES,
    DBT,
    FETCHED,
    LEAST_PRIVILEGE,
    OBJECTIONS,
    OPT_OUTS,
    PURPOSE,
)

_GATES: Mapping[tuple[str, str], str] = {
    (AUDIT_LOG, "chain_is_intact"): "the audit log is the one that was written, whole",
    (
        COPIES,
        "files_are_tables",
    ): "each table of the database has its copy beside it, and no other file is there",
    (COPIES, "copies_equal_tables"): "each copy (Parquet, CSV) holds row for row what the database holds",
    (DBT, "models_built"): "every table of the warehouse was built",
    (DBT, "tests_passed"): "every test that a table has of its own was run, and passed",
    (FETCHED, "nothing_left_behind"): (
        "every message and file that senders had for us was taken, and none was left in a mailbox or store"
    ),
    (FETCHED, "messages_were_delivered"): "the message exchange reported no message of ours as undelivered",
    (LEAST_PRIVILEGE, "dbt_held_back"): (
        "the process that builds tables cannot open the folders with clear identifiers, or the keys"
    ),
    (LEAST_PRIVILEGE, "encrypted_at_rest"): (
        "what holds clear identifiers, keys or the audit log lies on an encrypted disk, and so does swap; or "
        "somebody has declared how it is encrypted"
    ),
    (LEAST_PRIVILEGE, "zones_closed_to_others"): (
        "no other account could open a closed folder when the run began (what stood open was closed)"
    ),
    (OPT_OUTS, "national_reply_valid"): "a reply of the national opt-out check is in use, and not too old",
    (OPT_OUTS, "national_reply_well_formed"): "every reply that came could be read as one",
    (OPT_OUTS, "national_reply_lapses_soon"): "the reply in use holds for some days still",
    (
        OPT_OUTS,
        "national_reply_answers_a_request",
    ): "the reply in use answers a request sent from here",
    (
        PURPOSE,
        "columns_declared",
    ): "every column that tables are made from stands in the register",
    (PURPOSE, "purpose_declared"): "every published table says what it is for",
    (PURPOSE, "lineage_known"): "of every published table it is known which columns it was made from",
    (PURPOSE, "purpose_allowed"): (
        "no table is made from a column whose legal bases do not allow what the table is for"
    ),
    (PURPOSE, "lineage_followed"): (
        "what each table reads was followed column by column; one that could not be is judged as if it read "
        "every column within its reach, which is the stricter way"
    ),
    (PURPOSE, "whole_system_trained"): (
        "the law lets risk be scored from social care, community and mental health too, and a model of that "
        "was trained; until it is, with wsic risk train --variant whole_system, nobody has such a score"
    ),
}
_STAGES = {
    "pseudonymised": "among the rows under pseudonyms",
    "warehouse": "in the tables as they were built",
    "version": "in the version that is to be served",
    "open": "in what the open counts are made from",
}
_OUTSIDE = "values that do not look as the register says were left out of the product"
NOTED = frozenset({(PURPOSE, "lineage_followed")})
"""Rules that judge nothing: they say how far a look went."""

_SUITES = {
    AUDIT_LOG: "The audit log",
    COPIES: "Copies beside the database",
    DBT: "Building the tables",
    FETCHED: "What was fetched from senders",
    LEAST_PRIVILEGE: "Who may open what",
    OBJECTIONS: "People who must stay out",
    OPT_OUTS: "The national opt-out reply",
    PURPOSE: "What tables may be for",
    "pseudonymise": "Values left out",
    "arrived.gp": "What GP practices sent",
    "arrived.acute": "What hospitals sent",
    "arrived.community": "What community services sent",
    "arrived.mental_health": "What mental health services sent",
    "arrived.social_care": "What councils sent",
    "arrived.ambulance": "What ambulance services sent",
    "published.activity": "Contacts, stays and costs",
    "published.audit": "Book-keeping of files and rows",
    "published.care_lists": "Radar, gaps in care and work lists",
    "published.contract": "Tables and columns that were promised",
    "published.controlled": "Small numbers in marked tables",
    "published.disclosure": "Small numbers in open",
    "published.index_leaks": "Identifiers of people we know",
    "published.k_anonymity": "People who stand out",
    "published.leaks": "Anything that looks like an identifier",
    "published.metrics": "Metrics",
    "published.open": "The open product as a whole",
    "published.people": "People and their pseudonyms",
}


def meaning(suite: str, rule_id: str) -> str:
    """What must hold, in words; empty for a rule that nobody described."""
    if told := _of_suites().get((suite, rule_id)) or _GATES.get((suite, rule_id)):
        return told
    if suite == "pseudonymise" and rule_id.startswith("domain:"):
        return _OUTSIDE
    stage, _, what = rule_id.rpartition("_")
    if suite == OBJECTIONS and stage in _STAGES and what in ("people", "rows"):
        who = "nobody who must stay out is" if what == "people" else "no row that must stay out is"
        return f"{who} {_STAGES[stage]}"
    return ""


def title(suite: str) -> str:
    """What a suite looks at; its own word for one that nobody described."""
    return _SUITES.get(suite, suite)


@cache
def _of_suites() -> Mapping[tuple[str, str], str]:
    suites = (*SUITES, *OPEN_SUITES, *MARKED_SUITES, *ARRIVED.values())
    return {(suite.word, rule.rule_id): rule.meaning for suite in suites for rule in suite.rules}
