"""Least privilege: each zone open to whom it is for, encrypted where it lies, and dbt kept to pseudonyms.

``close_zones`` and ``require`` are asked before a run reads anything, ``record`` leaves the evidence, and
``describe`` says how things stand at any time. What is checked, and what is not: docs/least-privilege.md.
"""

from pipeline.least_privilege.accounts import (
    READ,
    WRITE,
    Account,
    find_account,
    find_group,
    share,
    share_folder,
    take_back,
    warehouse_account,
)
from pipeline.least_privilege.confined import run
from pipeline.least_privilege.evidence import record
from pipeline.least_privilege.modes import Zone, close_zones, look_at_zones
from pipeline.least_privilege.protection import (
    EVERY_ACCOUNT,
    MUST_BE_ENCRYPTED,
    Protection,
    ZoneProtection,
    describe,
    faults,
    require,
)
from pipeline.least_privilege.volumes import Encryption, Machine

__all__ = [
    "EVERY_ACCOUNT",
    "MUST_BE_ENCRYPTED",
    "READ",
    "WRITE",
    "Account",
    "Encryption",
    "Machine",
    "Protection",
    "Zone",
    "ZoneProtection",
    "close_zones",
    "describe",
    "faults",
    "find_account",
    "find_group",
    "look_at_zones",
    "record",
    "require",
    "run",
    "share",
    "share_folder",
    "take_back",
    "warehouse_account",
]
