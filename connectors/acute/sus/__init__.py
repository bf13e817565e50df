"""SUS extracts of a trust: commissioning data sets 6.2/6.3 (APC, OP) and emergency care 6.2.3 (ECDS)."""

from __future__ import annotations

from connectors.acute.sus.apc import APC
from connectors.acute.sus.ecds import ECDS
from connectors.acute.sus.op import OP
from connectors.declare import Format, Mode

FORMAT = Format(
    name="sus",
    recognised_by=("APC.csv", "OP.csv", "ECDS.csv"),
    mode=Mode.DELTA,
    files=(APC, OP, ECDS),
    dates="iso",
)
