"""What a run leaves behind of how it was protected: an entry in the audit log, and three results of checks.

The results go into every version's ``quality.rule_result``, so that a reader sees them too.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline import audit_log
from pipeline.audit_log import Detail
from pipeline.gate_words import LEAST_PRIVILEGE, LEAST_PRIVILEGE_RULES
from pipeline.least_privilege.modes import Zone
from pipeline.least_privilege.protection import MUST_BE_ENCRYPTED, Protection
from pipeline.ledger import Ledger
from pipeline.settings import Settings

SUITE = LEAST_PRIVILEGE


def record(
    settings: Settings, ledger: Ledger, *, run_id: str, closed: Sequence[Zone], found: Protection
) -> None:
    """Write what was found as the run began; ``closed`` is what was looked at and made narrower."""
    wide = sum(zone.wide for zone in closed)
    told: dict[str, Detail] = {
        "run_id": run_id, "encryption": _encryption(found), "closed": wide, "landlock": found.landlock,
        "own_account": bool(found.warehouse_user),
    }  # fmt: skip
    evidence: dict[str, Detail] = {"evidence": found.declared} if found.declared else {}
    audit_log.append(settings, act="zones_protected", details=told | evidence)
    missing = 0 if found.declared else len(found.unseen)
    counted = (
        (sum(zone.seen for zone in closed), wide),
        (len(MUST_BE_ENCRYPTED) + 1, missing),  # and swap
        (1, 0 if found.is_dbt_held_back else 1),
    )
    results = dict(zip(LEAST_PRIVILEGE_RULES, counted, strict=True))
    ledger.put(
        "rule_result",
        [
            {
                "run_id": run_id, "product": "", "suite": SUITE, "rule_id": rule, "severity": "warning",
                "rows_checked": checked, "rows_failed": failed, "is_passed": int(failed == 0),
            }
            for rule, (checked, failed) in results.items()
        ],
    )  # fmt: skip


def _encryption(found: Protection) -> str:
    if not found.unseen:
        return "seen"
    return "declared" if found.declared else "not_known"
