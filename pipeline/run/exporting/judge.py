"""Whether an export may be made: its purpose, its reason, who asks, and where to."""

from __future__ import annotations

from pathlib import Path

from pipeline import clock
from pipeline.audit_log import operating_user
from pipeline.reidentify import RequestRefusedError
from pipeline.reidentify.requesters import load_listed, require_listed
from pipeline.reidentify.rules import require_words
from pipeline.run.exporting.request import DIRECT_CARE, PURPOSES, ExportRefusedError, ExportRequest
from pipeline.run.exporting.target import require_target
from pipeline.settings import Settings


def judge(settings: Settings, request: ExportRequest) -> Path:
    """The folder to write; raises :class:`ExportRefusedError` where a rule refuses, :class:`SetupError` where
    nobody is authorised or no folder is permitted."""
    if request.purpose not in PURPOSES:
        raise ExportRefusedError(
            "purpose_not_allowed",
            f"identifiable records are not given away for that; valid: {', '.join(PURPOSES)}; for planning "
            "and research there is the product secondary_use",
        )
    if request.since is not None and request.purpose == DIRECT_CARE:
        raise ExportRefusedError(
            "no_changes_for_others",
            "what changed tells of people who are withheld; valid: a whole export, or "
            "--purpose export_migration",
        )
    try:
        require_words(request.reason)
        require_listed(
            load_listed(settings).requesters, requester=request.requester, organisation=request.organisation,
            purpose=request.purpose, account=operating_user(), today=clock.today(),
        )  # fmt: skip
    except RequestRefusedError as error:
        raise ExportRefusedError(error.rule, error.said) from None
    return require_target(settings, request.out)
