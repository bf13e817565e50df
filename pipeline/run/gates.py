"""The gate that looks for objectors, at every stage between the identity room and the swap."""

from __future__ import annotations

from pathlib import Path

from pipeline import identity
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
        place=place or usual[stage](product), keys=keys,
    )  # fmt: skip
