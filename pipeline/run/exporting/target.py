"""Where an export may be written: below one folder of the settings, outside every zone, closed to others."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipeline.errors import SetupError
from pipeline.least_privilege import Machine
from pipeline.run.exporting.request import ExportRefusedError
from pipeline.settings import Settings
from pipeline.zones import ZONES, Zones


def require_target(settings: Settings, out: Path, machine: Machine | None = None) -> Path:
    """The folder that the export becomes, which is not there yet; its parent is there.

    Raises :class:`ExportRefusedError` for a place that the settings do not permit, :class:`SetupError` where
    the permitted folder itself is not as it must be.
    """
    target = out.absolute().parent.resolve() / out.name
    home = Zones(settings.home).home
    if any(target.is_relative_to((home / zone).resolve()) for zone in ZONES):
        raise ExportRefusedError("target_in_zone", "--out lies in a zone of WSIC_HOME, where others may read")
    permitted = _permitted(settings, machine or Machine())
    if target.parent != permitted:
        raise ExportRefusedError(
            "target_not_permitted",
            f"--out is not a new folder directly in {permitted}, which is where exports may be written",
        )
    if os.path.lexists(target):
        raise ExportRefusedError(
            "target_exists", f"{target} is there already; an export is never written over"
        )
    return target


def _permitted(settings: Settings, machine: Machine) -> Path:
    if not settings.export_folder:
        raise SetupError(
            "nothing may be exported: the setting export_folder names no folder; docs/fhir-export.md says how"
        )
    folder = Path(settings.export_folder).absolute().resolve()
    if not folder.is_dir():
        raise SetupError(f"the setting export_folder names {folder}, which is not a folder")
    found = folder.stat()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise SetupError(f"{folder} is open to others; valid: a folder of the pipeline's account, mode 0700")
    encryption = machine.encryption_of(folder)
    if settings.is_production and not (encryption.is_encrypted or settings.volume_encryption):
        raise SetupError(
            f"{folder} is not known to be encrypted at rest ({encryption.how}); valid: an encrypted volume, "
            "or WSIC_VOLUME_ENCRYPTION='declared: <reference of the evidence>'"
        )
    return folder
