"""Records lost because of a rule: how many rows it kept out, and how many would land were it alone mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.landing.losses import Losses
from pipeline.landing.native import SHARE_JUDGED_FROM

_FOLLOW = frozenset({"too_many_refused_rows", "retyped_column"})  # never the fault itself, but the rows'


@dataclass(frozen=True, slots=True)
class Lost:
    """Rows of a file that broke a rule and did not land; ``alone``: that would, were this rule mended."""

    rows: int
    alone: int


def lost_by_rule(
    file: Mapping[str, Any],
    broken: Sequence[Mapping[str, Any]],
    found: Losses,
    *,
    refused_above: float,
) -> dict[tuple[str, str], Lost]:
    """By rule and column what one file lost.

    ``file`` and ``broken`` are rows of the ledger's ``file`` and ``file_rule``; ``found`` what its row rules
    refused; ``refused_above`` the share of refused rows above which a file is refused whole.
    """
    rows_in, refusals = int(file["rows_in"]), [rule for rule in broken if rule["severity"] == "file"]
    own = {rule["rule_id"] for rule in refusals} - _FOLLOW

    def stands(rows: int) -> bool:
        """Whether a file with so many refused rows is let in."""
        return rows < SHARE_JUDGED_FROM or rows <= refused_above * rows_in

    lost = {}
    for loss in found.by_rule:
        remaining = found.rows - loss.rows_alone
        gained = rows_in - remaining if refusals else loss.rows_alone
        alone = gained if not own and stands(remaining) else 0
        lost[(loss.rule_id, loss.column)] = Lost(loss.rows, alone)
    for rule in refusals:
        follows = rule["rule_id"] in _FOLLOW
        is_alone = own <= {rule["rule_id"]} and (follows or stands(found.rows))
        alone = rows_in - found.rows if is_alone else 0
        lost[(rule["rule_id"], rule["column_name"])] = Lost(rows_in, alone)
    return lost
