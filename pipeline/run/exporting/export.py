"""Exports the landed records: every step is in the audit log before it is done.

An export of identifiable records is a disclosure. It is made in a folder beside its place and takes it in one
step, so that half an export is none; and it is written by nobody while a run is alive.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline import audit_log, identity
from pipeline.audit_log import Checkpoint, Detail
from pipeline.errors import SetupError, UsageError, WsicError
from pipeline.landing import history
from pipeline.landing.export import Form, Made, export_changes, export_tables, linked_tables
from pipeline.ledger import Ledger
from pipeline.run import lock
from pipeline.run.exporting.judge import judge
from pipeline.run.exporting.request import DIRECT_CARE, ExportRefusedError, ExportRequest
from pipeline.run.opened import open_ledger
from pipeline.settings import PRODUCTS, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was given away. ``left_out`` counts what is withheld, by why; ``receipt`` is the signed head of
    the audit log with the export in it."""

    request_id: str
    folder: Path
    manifest_sha256: str
    files: int
    records: int
    deletions: int
    left_out: dict[str, int]
    receipt: Checkpoint


def export_fhir(settings: Settings, request: ExportRequest) -> Exported:
    """Write the landed records that the request may have, as FHIR NDJSON with a manifest.

    Raises :class:`ExportRefusedError` where a rule refuses, :class:`ChecksRefusedError` where the audit log
    does not verify, :class:`SetupError` where the deployment permits no export, :class:`UsageError` for
    ``since`` that is no night, :class:`RunLockedError` while a run is alive.
    """
    audit_log.require_intact(settings)
    ledger = open_ledger(settings)
    told: dict[str, Detail] = {
        "request_id": f"r-{secrets.token_hex(6)}", "requester": request.requester,
        "organisation": request.organisation, "purpose": request.purpose,
    }  # fmt: skip
    audit_log.append(settings, act="export_asked", details=told | _asked(request))
    try:
        target = judge(settings, request)
    except WsicError as error:
        rule = error.rule if isinstance(error, ExportRefusedError) else "set_up"
        audit_log.append(settings, act="export_refused", details=told | {"rule": rule})
        raise
    with lock.held(settings, ledger, doing="export of landed records"):
        return _export(settings, ledger, request, target, told)


def _export(
    settings: Settings, ledger: Ledger, request: ExportRequest, target: Path, told: dict[str, Detail]
) -> Exported:
    night = _last_night(ledger)
    with linked_tables(settings) as work:
        left_out = _leave_out(settings, work / "now", request, night)
        giving = audit_log.acting(settings, act="export_made", details=told | {"run_id": night.run_id})
        with giving, _beside(target) as part:
            made = _make(settings, ledger, request, night, work, part)
            sha256 = audit_log.file_sha256(made.manifest)
            counts: dict[str, Detail] = {
                "files": len(made.files), "records": made.records, "deletions": made.deletions,
            }  # fmt: skip
            entry = audit_log.append(
                settings, act="records_exported", details=told | counts | {"file_sha256": sha256}
            )
            receipt = audit_log.checkpoint_of(settings, entry)
            part.rename(target)
    return Exported(
        request_id=str(told["request_id"]), folder=target, manifest_sha256=sha256, files=len(made.files),
        records=made.records, deletions=made.deletions, left_out=left_out, receipt=receipt,
    )  # fmt: skip


def _asked(request: ExportRequest) -> dict[str, Detail]:
    told: dict[str, Detail] = {"is_of_changes": request.since is not None}
    try:
        return told | {"reason": audit_log.require_safe(request.reason, "--reason")}
    except UsageError:
        return told  # what may name a patient is not written; the rule refuses it next


def _last_night(ledger: Ledger) -> history.Night:
    nights = history.list_nights(ledger)
    if not nights:
        raise UsageError("nothing was landed yet; start with: wsic run")
    return nights[-1]


def _leave_out(
    settings: Settings, tables: Path, request: ExportRequest, night: history.Night
) -> dict[str, int]:
    """People who are forgotten go out whatever the purpose; for another's care, what is withheld from it."""
    left_out = dict(identity.leave_out_forgotten(settings, tables))
    if request.purpose == DIRECT_CARE:
        product = PRODUCTS[0]
        left_out["withheld"] = identity.leave_out_withheld(
            settings, tables, product=product, run_id=night.run_id
        )
    return left_out


def _make(
    settings: Settings, ledger: Ledger, request: ExportRequest, night: history.Night, work: Path, part: Path
) -> Made:
    form = Form(is_gzipped=request.is_gzipped, part_bytes=request.part_bytes)
    now = work / "now" / "fhir"
    if request.since is None:
        return export_tables(settings, now, part, chosen=request.chosen, form=form, known_at=night.built_at)
    then = history.find_night(ledger, request.since)
    for feed in history.feeds_then(ledger, then):
        history.rebuild(settings, ledger, feed, work / "then")
    return export_changes(
        settings, now, work / "then" / "fhir", part, chosen=request.chosen, form=form,
        known_at=night.built_at, since=then.built_at, work=work / "changed",
    )  # fmt: skip


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder for this user only, next to ``target``; what is left of it at the end goes."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir(mode=0o700)
        yield part
    except OSError as error:
        raise SetupError(f"{target.name} cannot be written ({type(error).__name__})") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
