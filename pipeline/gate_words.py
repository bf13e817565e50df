"""Under which words the gates of a night leave their results in the ledger (``rule_result``)."""

from __future__ import annotations

ARRIVED = ""  # the product word of results on arrivals: they hold for every product
PURPOSE = "purpose"
LINEAGE_FOLLOWED = "lineage_followed"  # a warning that judges nothing: how far the look went
WHOLE_SYSTEM_TRAINED = "whole_system_trained"  # a warning, where the law lets that risk model be built
PURPOSE_RULES = ("columns_declared", "purpose_declared", "lineage_known", "purpose_allowed")
DBT = "dbt"
DBT_RULES = ("models_built", "tests_passed")
OBJECTIONS = "objections"
OBJECTION_STAGES = ("pseudonymised", "warehouse", "version", "open")
AUDIT_LOG = "audit_log"
AUDIT_LOG_RULE = "chain_is_intact"
LEAST_PRIVILEGE = "least_privilege"
LEAST_PRIVILEGE_RULES = ("zones_closed_to_others", "encrypted_at_rest", "dbt_held_back")
OPT_OUTS = "opt_outs"
OPT_OUT_RULES = (
    "national_reply_valid", "national_reply_well_formed", "national_reply_lapses_soon",
    "national_reply_answers_a_request",
)  # fmt: skip
FETCHED = "fetched"  # what came by the transports; warnings
FETCHED_RULES = ("nothing_left_behind", "messages_were_delivered")
COPIES = "published.copies"
COPIES_RULES = ("files_are_tables", "copies_equal_tables")


def objection_rules(stage: str) -> tuple[str, str]:
    """Ids of the two rules that a look for objectors in one stage leaves: of people, of rows."""
    return f"{stage}_people", f"{stage}_rows"
