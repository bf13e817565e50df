"""Who may open which folder of the deployment, and what encrypts it, when the page is written."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.ig_report.attention import ACT, LOOK, UNKNOWN, Attention
from pipeline.zones import IDENTIFIABLE

SECTION = "zones"
_HOLDS = {
    "landing": "files as they were received", "fhir": "their rows, typed",
    "quarantine": "rows that were refused",
    "identity": "who is who: the encrypted vault", "keys": "the root key and key versions",
    "audit": "the ledger and the audit log", "pseudonymised": "rows under pseudonyms",
    "warehouse": "tables being built from them", "published": "what is served",
}  # fmt: skip
_OWNER_ONLY = (*IDENTIFIABLE, "keys", "audit")


class Zone(Protocol):
    """One folder as it was found; ``owner`` and ``mode`` (octal) are empty where it is not there.

    ``is_encrypted``: as far as can be seen; ``encrypted_by`` says by what, or why it cannot be told.
    """

    @property
    def name(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def is_identifiable(self) -> bool: ...
    @property
    def is_encrypted(self) -> bool: ...
    @property
    def encrypted_by(self) -> str: ...


class Protection(Protocol):
    """What else guards the zones: evidence of encryption below the machine, and how dbt is held back."""

    @property
    def declared(self) -> str: ...
    @property
    def unseen(self) -> tuple[str, ...]: ...
    @property
    def is_encrypted(self) -> bool: ...
    @property
    def warehouse_user(self) -> str: ...
    @property
    def landlock(self) -> int: ...
    @property
    def readers(self) -> Mapping[str, str]: ...
    @property
    def is_dbt_held_back(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneModes:
    """All zones, in the order of a record's way, and what guards them beside their modes."""

    zones: Sequence[Zone]
    protection: Protection
    is_production: bool

    def holds(self, zone: Zone) -> str:
        """What lies in a zone."""
        return _HOLDS.get(zone.name, "")

    def may_open(self, zone: Zone) -> str | None:
        """The mode in words."""
        if not zone.mode:
            return None
        if int(zone.mode, 8) & stat.S_IRWXO:
            return "every account of the machine"
        return "its owner and group" if int(zone.mode, 8) & stat.S_IRWXG else "its owner alone"

    def attention(self) -> Iterator[Attention]:
        """Zones that others may open or that are not encrypted, and a dbt that nothing holds back."""
        for zone in self.zones:
            yield from self._of_mode(zone)
        level = ACT if self.is_production else LOOK
        if not self.protection.is_encrypted:
            bare = ", ".join(self.protection.unseen)
            yield Attention(level, SECTION, f"Not known to be encrypted at rest: {bare}.")
        if not self.protection.is_dbt_held_back:
            yield Attention(
                level, SECTION, "Nothing keeps the building of tables (dbt) out of identifiable zones."
            )

    def _of_mode(self, zone: Zone) -> Iterator[Attention]:
        if not zone.mode:
            yield Attention(UNKNOWN, SECTION, f"The zone {zone.name} is not there, so its mode is not known.")
            return
        mode, told = int(zone.mode, 8), f"The zone {zone.name} may be opened by {self.may_open(zone)}."
        if zone.name in _OWNER_ONLY and mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Attention(ACT, SECTION, told)
        elif zone.name != "published" and mode & stat.S_IRWXO:
            yield Attention(LOOK, SECTION, told)
