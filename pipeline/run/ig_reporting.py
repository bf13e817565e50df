"""Writing the report of information governance: what its room may not look into is looked up here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from pipeline import audit_log, identity, ig_report, least_privilege
from pipeline.errors import ChecksRefusedError, SetupError, UsageError
from pipeline.keys import load_keys, meaning_of
from pipeline.ledger import Ledger
from pipeline.run import objections
from pipeline.run.opened import open_ledger
from pipeline.settings import Settings
from pipeline.zones import ZONES, Zones


def write_ig_report(
    settings: Settings, *, run_id: str | None = None, path: Path | None = None
) -> ig_report.Written:
    """Write the page about the release of ``run_id`` (of the last one that published, if none is named).

    To ``path``, or beside the linkage report, where what was written before stays. Raises :class:`UsageError`
    where there is no such run, or where ``path`` lies in a zone. A log that does not hold raises nothing:
    see :func:`require_proved`.
    """
    if path is not None:
        require_outside(settings, path)
    # First of all: opening the ledger tightens what stands open.
    protection = least_privilege.describe(settings)
    ledger = open_ledger(settings)
    release = ig_report.find_release(settings, ledger, run_id)
    return ig_report.write_report(
        release, evidence_of(settings, ledger, release.run_id, protection), path=path
    )


def require_proved(written: ig_report.Written) -> None:
    """Raise what the page says in its first line, where the audit log does not hold or cannot be verified.

    :class:`SetupError` where keys or ledger cannot be read, else :class:`ChecksRefusedError`.
    """
    if written.fault:
        kind = ChecksRefusedError if written.was_verified else SetupError
        raise kind(f"{written.fault}; the page says so: {written.path}")


def evidence_of(
    settings: Settings, ledger: Ledger, run_id: str, protection: least_privilege.Protection
) -> ig_report.Given:
    """What the report's room may not look up by itself; the audit log is verified here."""
    verification, why_not = _verified(settings)
    return ig_report.Given(
        verification=verification, unverified=why_not, keys=_keys(settings),
        objections=_objections(ledger, run_id), method=identity.describe_method(),
        zones=protection.zones, protection=protection,
    )  # fmt: skip


def _verified(settings: Settings) -> tuple[audit_log.Verification | None, str]:
    try:
        return audit_log.verify(settings), ""
    except SetupError as error:
        return None, str(error)


def _keys(settings: Settings) -> list[dict[str, object]]:
    """Every key version by public id; none where the keys cannot be read, which the page then says."""
    try:
        return [asdict(key) | {"does": meaning_of(key.purpose)} for key in load_keys(settings).history()]
    except SetupError:
        return []


def _objections(ledger: Ledger, run_id: str) -> list[dict[str, object]]:
    try:
        return objections.evidence(ledger, release=run_id)
    except UsageError:  # it made no product
        return []


def require_outside(settings: Settings, path: Path) -> None:
    """Raise :class:`UsageError` where a page that somebody asked for would lie in a zone."""
    home = Zones(settings.home).home
    if any(path.absolute().resolve().is_relative_to((home / zone).resolve()) for zone in ZONES):
        raise UsageError("--out lies in a zone of WSIC_HOME; valid: a folder outside, or no --out at all")
