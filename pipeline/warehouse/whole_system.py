"""The whole-system variant of the risk model, which is built only where the law of its columns allows it.

It reads adult social care, community and mental health beside general practice and hospitals. Whether it may
is asked of the register that lies beside the rows. The gate of purposes then judges its models by what they
read, whatever was answered here.
"""

from __future__ import annotations

import csv
import json
import logging
from pathlib import Path

from pipeline.gate_words import PURPOSE, WHOLE_SYSTEM_TRAINED
from pipeline.ledger import Ledger
from pipeline.warehouse import dbt
from pipeline.warehouse.purposes.kept import Register, read_register

VARIANT = "whole_system"
ARGUMENTS = ("--vars", json.dumps({"risk_whole_system": True}))  # dbt_project.yml has it false
_PURPOSE = "risk_stratification"

# (source, table) that its models read beside those of hospital_gp. That somebody has a row there tells as
# much as the row's columns together, so every column of these tables has to allow it.
READS = (
    ("community", "encounters"),
    ("mental_health", "encounters"),
    ("mental_health", "episodes_of_care"),
    ("social_care", "encounters"),
    ("social_care", "episodes_of_care"),
    ("social_care", "service_requests"),
)

_log = logging.getLogger(__name__)


def columns_against(register: Register) -> list[str]:
    """Columns (``source.table.column``) whose legal bases allow no risk stratification.

    None where the variant may be built. A table that the register does not have is named without a column.
    """
    found: list[str] = []
    for source, table in READS:
        columns = register.tables.get((source, table), {})
        against = [f".{name}" for name, kept in columns.items() if _PURPOSE not in kept.purposes]
        found += [f"{source}.{table}{name}" for name in (against if columns else [""])]
    return found


def dbt_arguments(pseudonymised: Path) -> tuple[str, ...]:
    """What dbt is told beside its command of the rows in this folder: to build the variant, or nothing."""
    return () if columns_against(read_register(pseudonymised)) else ARGUMENTS


def note_whether_trained(ledger: Ledger, *, run_id: str, product: str) -> None:
    """Leave a warning where the variant may be built and no model scores with it yet.

    Its features are built all the same, or it could never be trained; until then nobody has a score of it.
    """
    is_trained = _is_trained()
    ledger.put(
        "rule_result",
        [{
            "run_id": run_id, "product": product, "suite": PURPOSE, "rule_id": WHOLE_SYSTEM_TRAINED,
            "severity": "warning", "rows_checked": 1, "rows_failed": int(not is_trained),
            "is_passed": int(is_trained),
        }],
    )  # fmt: skip
    if not is_trained:
        _log.warning(
            "%s: the law allows the variant %s of the risk model, and none was trained: nobody has a score "
            "of it until wsic risk train --variant %s", product, VARIANT, VARIANT,
        )  # fmt: skip


def _is_trained() -> bool:
    with (dbt.PROJECT / "seeds" / "risk_models.csv").open(encoding="utf-8", newline="") as file:
        return any(row["variant"] == VARIANT for row in csv.DictReader(file))
