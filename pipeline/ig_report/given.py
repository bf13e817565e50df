"""What the report is given by whoever may look into rooms that it may not: keys by public id, the evidence on
objections, the method of linking, the state of the zones, and whether the audit log holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.audit_log import Verification
from pipeline.ig_report.evidence.zone_modes import Protection, Zone
from pipeline.ig_report.release import Row, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """``keys``: rows of ``wsic keys list``, with what each ``does``;
    ``objections``: rows of ``wsic opt-outs report`` of the run.

    ``verification`` is ``None`` where the log could not be verified, and ``unverified`` says why.
    """

    verification: Verification | None
    unverified: str
    keys: Rows
    objections: Sequence[Row]
    method: Mapping[str, str]
    zones: Sequence[Zone]
    protection: Protection
