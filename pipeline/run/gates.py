"""The gates for which only the identity room has eyes: who may be there, and whose identifiers may not."""

from __future__ import annotations

from pathlib import Path

from pipeline import checks, identity
from pipeline.keys import KeyRing
from pipeline.run.opened import Run
from pipeline.zones import Zones


def look_for_objectors(
    run: Run, product: str, stage: str, place: Path | None = None, *, keys: KeyRing | None = None
) -> None:
    """Raise :class:`ChecksRefusedError` where anybody who may not be in ``product`` is in a stage of it.

    ``place`` is where the stage lies, by default where a night has it; ``keys`` the ring that the pseudonyms
    were made with, by default the deployment's.
    """
    zones = Zones(run.settings.home)
    usual = {"pseudonymised": zones.pseudonymised, "warehouse": zones.warehouse}
    identity.objections_gate(
        run.settings, run.ledger, run_id=run.run_id, product=product, stage=stage,
        place=place or usual[stage](product), as_of=run.as_of, keys=keys,
    )  # fmt: skip


def scan_of(run: Run, product: str, *, keys: KeyRing | None = None) -> checks.Scan:
    """The identity room's look for identifiers of its index in what is to be published of ``product``.

    ``keys`` is the ring that the pseudonyms were made with, by default the deployment's.
    """
    return lambda database: identity.scan_for_leaks(run.settings, product, database, keys=keys)
