"""Before the first run, and before any other: everything that is missing or unsafe, named at once.

Each demand is that of the night itself, asked without its effects: the same function, or the part of it that
only looks. Nothing is made, closed, moved or sent, no file of records is opened, and nobody is spoken to.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipeline.ledger.looked_at import LedgerLookedAt
from pipeline.run.readiness import arrivals, machine, protection
from pipeline.run.readiness.finding import (
    FAULT,
    GOOD,
    LEVELS,
    LOOK,
    Asked,
    Finding,
    demanded,
    fault,
    good,
)
from pipeline.settings import look_at_settings, unknown_names
from pipeline.zones import Zones

__all__ = ["FAULT", "GOOD", "LEVELS", "LOOK", "Finding", "look_ahead"]
_LEDGER = "code that knows less than what the ledger was written by would misread it"
_SETTINGS = "a value that cannot be used stops every command; a misspelt name leaves the default in force"


def look_ahead(
    *, extracts: Path | None = None, as_of: date, environ: Mapping[str, str] | None = None
) -> list[Finding]:
    """Every finding of the night ``as_of``, good ones too, in the order in which the night would meet them.

    Where a setting cannot be used, the rest is looked at with its default.
    """
    env = os.environ if environ is None else environ
    settings, faults = look_at_settings(env)
    found = [_unusable(said) for said in (*faults, *unknown_names(env))]
    found = found or [good("settings", _SETTINGS, f"{settings.env}; every name and value is known")]
    ledger, told = _ledger(Zones(settings.home).audit / "ledger.sqlite")
    asked = Asked(
        settings=replace(settings, home=settings.home.absolute()), as_of=as_of, ledger=ledger,
        extracts=(extracts or settings.extracts).absolute(),
    )  # fmt: skip
    return [*found, told, *protection.look(asked), *machine.look(asked, env), *arrivals.look(asked)]


def _ledger(path: Path) -> tuple[LedgerLookedAt, Finding]:
    """The ledger, or an empty one where this code may not read what lies there; and what to say of it."""
    ledger = LedgerLookedAt(path)
    told = demanded(
        "ledger", _LEDGER, lambda: ledger.query("select 1"), "none yet, or one that this version reads"
    )
    return (ledger if told.level == GOOD else LedgerLookedAt(path / "none")), told


def _unusable(said: str) -> Finding:
    found, _, valid = said.partition("; valid: ")
    return fault("settings", _SETTINGS, found, valid or "none of that name")
