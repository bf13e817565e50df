"""Faults in the deployment itself: its zones, what dbt may open, a log cut with all that vouches for it."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline import audit_log, least_privilege
from pipeline.audit_log.files import log_files
from pipeline.errors import SetupError
from pipeline.least_privilege import Encryption, confined, landlock, modes, protection
from pipeline.warehouse import dbt
from tests.audit_desk import lines, write_lines
from tests.planted.damage import both, in_warehouse, is_any, served
from tests.planted.deployment import NUMBER, PRODUCT, RUN_ID, Dbt, Deployment
from tests.planted.fault import Damage, Fault

Patch = pytest.MonkeyPatch
_CLAIM: dict[str, Any] = {
    "request_id": "r-0a1b2c3d4e5f", "requester": "A. Clerk", "organisation": "E84001",
    "purpose": "direct_care", "keys": 1, "reason": "unconscious in the waiting room",
}  # fmt: skip
# Stands where dbt would, and takes a landed file with it.
_THIEF = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"


def _link_out(d: Deployment, _: Patch) -> None:
    (d.zones.fhir / "away").symlink_to(d.home.parent)


def _cannot_be_closed(d: Deployment, patch: Patch) -> None:
    """A file system without modes takes a chmod and does nothing."""
    (d.home / "landing").chmod(0o755)
    patch.setattr(modes.Path, "chmod", lambda self, mode: None)


def _elsewhere(d: Deployment) -> str:
    folder = d.home.parent / "elsewhere"
    folder.mkdir()
    return str(folder)


def _in_production(d: Deployment, patch: Patch, *, is_encrypted: bool) -> None:
    root = tomllib.loads((d.zones.keys / "root.key").read_text("utf-8"))["root"]
    patch.setenv("WSIC_ROOT_KEY", root)
    (d.zones.keys / "root.key").unlink()
    d.changes.update({"env": "production", "audit_copy": _elsewhere(d)})
    how = Encryption(is_encrypted, "dm-crypt LUKS2" if is_encrypted else "a plain disk")
    patch.setattr(protection.Machine, "encryption_of", lambda self, folder: how)
    patch.setattr(protection.Machine, "encryption_of_swap", lambda self: how)


def _on_a_plain_disk(d: Deployment, patch: Patch) -> None:
    _in_production(d, patch, is_encrypted=False)
    patch.setattr(landlock, "version", lambda: 7)


def _nothing_holds_dbt(d: Deployment, patch: Patch) -> None:
    _in_production(d, patch, is_encrypted=True)
    patch.setattr(landlock, "version", lambda: 0)


def _no_copy_of_the_log(d: Deployment, patch: Patch) -> None:
    _in_production(d, patch, is_encrypted=True)
    patch.setattr(landlock, "version", lambda: 7)
    d.changes["audit_copy"] = ""


def _among_programs(d: Deployment, patch: Patch) -> None:
    patch.setattr(confined, "installation", lambda: [d.home.parent.resolve()])


def _thief(d: Deployment, patch: Patch) -> None:
    """A model, or a package of dbt's, that opens what was landed."""
    (landed,) = d.zones.fhir_files("Patient")
    stand_in = Dbt(d.home / "template" / f"{PRODUCT}.duckdb")

    def run(arguments: Sequence[str], *, environ: Mapping[str, str], work: Path) -> int:
        command = [sys.executable, "-c", _THIEF, str(landed), str(work / "stolen.parquet")]
        rows = Path(environ["WSIC_PSEUDONYMISED_DIR"])
        code = least_privilege.run(
            command, environ=environ, cwd=work, user=None, reads=(rows,), writes=(work,)
        )
        return code or stand_in(arguments, environ=environ, work=work)

    patch.setattr(dbt, "run", run)


def _has_stolen(d: Deployment) -> bool:
    stolen = d.warehouse.with_suffix(".dbt") / "stolen.parquet"
    return is_any(stolen, f"t where identifier[1].value = '{NUMBER}'")


def _cut(d: Deployment, entries: int) -> None:
    """Cut the log, its checkpoints and what the ledger knows of it: no key is needed for that."""
    write_lines(d.settings, lines(d.settings)[:entries])
    points = log_files(d.settings).checkpoints
    held = points.read_bytes().splitlines(keepends=True)
    points.write_bytes(b"".join(line for line in held if json.loads(line)["number"] <= entries))
    with d.ledger.transaction() as connection:
        connection.execute("delete from audit_head where number > ?", (entries,))


def _emergency_cut_out(d: Deployment, _: Patch) -> None:
    """Somebody claims an emergency and takes it out of log, checkpoints and ledger; not out of the copy."""
    d.changes["audit_copy"] = _elsewhere(d)
    audit_log.append(d.settings, act="links_exported")
    kept = len(lines(d.settings))
    audit_log.append(d.settings, act="break_glass", details=_CLAIM)
    audit_log.append(d.settings, act="links_exported")
    _cut(d, kept)


def _publication_cut_out(d: Deployment, _: Patch) -> None:
    """The version stays on the shelf; that it was published is taken out everywhere."""
    acts = [entry.act for entry in audit_log.entries(d.settings)]
    last = max(number for number, act in enumerate(acts) if act == "product_published")
    with d.ledger.transaction() as connection:
        connection.execute("delete from publication where run_id = ?", (RUN_ID,))
    _cut(d, last)


def _answer_cut_out(d: Deployment, _: Patch) -> None:
    """Somebody holds the receipt of an emergency that the log no longer knows."""
    kept = len(lines(d.settings))
    entry = audit_log.append(d.settings, act="break_glass", details=_CLAIM)
    receipt = audit_log.as_receipt(audit_log.checkpoint_of(d.settings, entry))
    (d.home.parent / f"people.csv{audit_log.RECEIPT_SUFFIX}").write_text(receipt, encoding="utf-8")
    _cut(d, kept)


def _without(act: str) -> Damage:
    """The log says of nothing of the kind that it was done, and all that is looked at agrees with it."""

    def seen(d: Deployment) -> bool:
        found = list(audit_log.entries(d.settings, act=act))
        return not [one for one in found if one.details.get("run_id", RUN_ID) == RUN_ID]

    return seen


def _is_open(d: Deployment) -> bool:
    """A run was begun beside the one that the deployment comes from."""
    return bool(d.ledger.query("select 1 from run where run_id > ? and outcome = 'running'", (RUN_ID,)))


def _intact(d: Deployment) -> bool:
    """What ``wsic audit verify --files`` says, with the receipts that were handed out."""
    handed_out = sorted(d.home.parent.glob(f"*{audit_log.RECEIPT_SUFFIX}"))
    return audit_log.verify(d.settings, files_too=True, handed_out=handed_out).is_intact


_OPEN: dict[str, Any] = {"step": "open_run", "error": SetupError, "alone": True}
_VERIFY: dict[str, Any] = {"step": "verify_log", "is_published": True}

AT_HOME = (
    Fault(
        name="a link that leads out of a zone", gate="zones.closed", says="fhir: 1 links lead out",
        plant=_link_out, damage=both(_is_open, lambda d: (d.zones.fhir / "away").is_symlink()), **_OPEN,
    ),
    Fault(
        name="a zone that cannot be closed to others", gate="zones.closed",
        says=r"landing: \d+ files or folders are open",
        plant=_cannot_be_closed,
        damage=both(_is_open, lambda d: bool((d.home / "landing").stat().st_mode & 0o055)), **_OPEN,
    ),
    Fault(
        name="people's records on a plain disk", gate="zones.protected", says="not known to be encrypted",
        plant=_on_a_plain_disk, damage=both(_is_open, lambda d: d.settings.is_production), **_OPEN,
    ),
    Fault(
        name="nothing that holds dbt back", gate="zones.protected", says="nothing would keep dbt",
        plant=_nothing_holds_dbt, damage=both(_is_open, lambda d: d.settings.is_production), **_OPEN,
    ),
    Fault(
        name="a production whose log has no copy", gate="audit_log.copy_set", says="audit_copy is empty",
        plant=_no_copy_of_the_log, damage=both(_is_open, lambda d: d.settings.is_production), **_OPEN,
    ),
    Fault(
        name="zones where every program may read", gate="zones.apart", says="WSIC_HOME lies in",
        plant=_among_programs, damage=_is_open, **_OPEN,
    ),
    Fault(
        name="a dbt that takes landed records with it", step="build", gate="dbt.held_back",
        says="dbt stopped before it built anything", plant=_thief, damage=both(_has_stolen, in_warehouse()),
    ),
    Fault(
        name="an emergency cut out of log, checkpoints and ledger", step="publish_product",
        gate="audit_log.copied", says="the audit log does not verify: entry .* in the copy: the log was cut",
        plant=_emergency_cut_out, damage=both(served(), _without("break_glass")),
    ),
    Fault(
        name="a publication cut out of log, checkpoints and ledger", gate="audit_log.receipts",
        says="receipt of secondary_use .*: the log was cut", plant=_publication_cut_out,
        damage=both(served(), _without("product_published"), _intact), **_VERIFY,
    ),
    Fault(
        name="an answer cut out of log, checkpoints and ledger", gate="audit_log.handed_out",
        says=r"receipt people\.csv.*: the log was cut", plant=_answer_cut_out,
        damage=both(
            lambda d: bool(list(d.home.parent.glob("people.csv*"))), _without("break_glass"), _intact
        ),
        **_VERIFY,
    ),
)  # fmt: skip
