"""Under which words the gates of a night leave their results in the ledger (``rule_result``)."""

from __future__ import annotations

ARRIVED = ""  # the product word of results on arrivals: they hold for every product
PURPOSE = "purpose"
PURPOSE_RULES = ("columns_declared", "purpose_declared", "lineage_known", "purpose_allowed")
DBT = "dbt"
DBT_RULES = ("models_built", "tests_passed")
OBJECTIONS = "objections"
OBJECTION_STAGES = ("pseudonymised", "warehouse", "version", "open")
AUDIT_LOG = "audit_log"
AUDIT_LOG_RULE = "chain_is_intact"
COPIES = "published.copies"
COPIES_RULES = ("files_are_tables", "copies_equal_tables")


def objection_rules(stage: str) -> tuple[str, str]:
    """Ids of the two rules that a look for objectors in one stage leaves: of people, of rows."""
    return f"{stage}_people", f"{stage}_rows"
