"""What protects the zones here and now: who may look into each, what encrypts it, how dbt is held back."""

from __future__ import annotations

import os
import pwd
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.audit_log import require_safe
from pipeline.errors import SetupError, UsageError
from pipeline.least_privilege import landlock
from pipeline.least_privilege.accounts import warehouse_account
from pipeline.least_privilege.confined import require_apart, require_startable
from pipeline.least_privilege.volumes import Encryption, Machine
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import IDENTIFIABLE, ZONES

MUST_BE_ENCRYPTED = (*IDENTIFIABLE, "keys", "audit")
EVERY_ACCOUNT = "every account of the machine"
_DECLARED = re.compile(r"declared: *(\S.{3,280})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneProtection:
    """One folder: ``owner`` by name, ``mode`` in octal, ``encrypted_by`` in words (or why it cannot be told).

    Owner and mode are empty before the first run has made the folder.
    ``is_encrypted``: as far as this machine can see; what is declared stands in :class:`Protection`.
    """

    name: str
    owner: str
    mode: str
    is_identifiable: bool
    is_encrypted: bool
    encrypted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """``zones``, then ``swap`` and the senders' folder ``extracts``, which hold identifiers too.

    ``declared``: evidence that what lies below the machine is encrypted; empty for none. ``warehouse_user``:
    the account that dbt runs as; empty for the pipeline's own. ``landlock``: version in force for dbt, 0 for
    none. ``readers``: product -> the group that may read it, or every account.
    """

    environment: str
    pipeline_user: str
    zones: tuple[ZoneProtection, ...]
    swap: Encryption
    extracts: Encryption
    declared: str
    warehouse_user: str
    landlock: int
    readers: dict[str, str]

    @property
    def unseen(self) -> tuple[str, ...]:
        """What must be encrypted, and is not as far as this machine can see."""
        names = [zone.name for zone in self.zones if zone.name in MUST_BE_ENCRYPTED and not zone.is_encrypted]
        return (*names, *(() if self.swap.is_encrypted else ("swap",)))

    @property
    def is_encrypted(self) -> bool:
        """Whether all that must be encrypted is so, seen or declared."""
        return bool(self.declared) or not self.unseen

    @property
    def is_dbt_held_back(self) -> bool:
        """Whether the dbt process cannot open an identifiable zone, whatever its SQL says."""
        return bool(self.warehouse_user or self.landlock)


def describe(settings: Settings, machine: Machine | None = None) -> Protection:
    """What protects the deployment; changes nothing. Raises :class:`SetupError` for settings in no form."""
    machine = machine or Machine()
    home = settings.home.absolute()
    account = warehouse_account(settings)
    groups = {product: getattr(settings, f"{product}_group") for product in PRODUCTS}
    return Protection(
        environment=settings.env,
        pipeline_user=_name_of(os.geteuid()),
        zones=tuple(_zone(home / name, machine) for name in ZONES),
        swap=machine.encryption_of_swap(),
        extracts=machine.encryption_of(settings.extracts.absolute()),
        declared=_declaration(settings.volume_encryption),
        warehouse_user=account.name if account else "",
        landlock=landlock.version(),
        readers={name: f"group {group}" if group else EVERY_ACCOUNT for name, group in groups.items()},
    )


def require(settings: Settings, machine: Machine | None = None) -> Protection:
    """What protects the deployment, where it may load people's records so.

    Raises :class:`SetupError` where dbt cannot run as it is set to; and in production where what must be
    encrypted is neither seen nor declared to be, or nothing would hold dbt back.
    """
    found = describe(settings, machine)
    for fault in faults(settings, found):
        raise fault
    return found


def faults(settings: Settings, found: Protection) -> Iterator[SetupError]:
    """Everything for which people's records may not be loaded so, one error each; changes nothing."""
    for demand in (_require_apart, _require_startable):
        try:
            demand(settings)
        except SetupError as error:
            yield error
    if settings.is_production and not found.is_encrypted:
        yield SetupError(
            f"not known to be encrypted at rest: {', '.join(found.unseen)} ({_reasons(found)}); valid: an "
            "encrypted volume, or WSIC_VOLUME_ENCRYPTION='declared: <reference of the evidence>'"
        )
    if settings.is_production and not found.is_dbt_held_back:
        yield SetupError(
            "nothing would keep dbt from the identifiable zones: the kernel has no Landlock; valid: another "
            "account in WSIC_WAREHOUSE_USER, or Linux 5.13 or later with Landlock"
        )


def _require_apart(settings: Settings) -> None:
    require_apart(settings.home.absolute())


def _require_startable(settings: Settings) -> None:
    if account := warehouse_account(settings):
        require_startable(account)


def _zone(folder: Path, machine: Machine) -> ZoneProtection:
    found = folder.stat() if folder.is_dir() else None
    encryption = machine.encryption_of(folder)
    return ZoneProtection(
        name=folder.name, owner=_name_of(found.st_uid) if found else "",
        mode=f"{stat.S_IMODE(found.st_mode):04o}" if found else "",
        is_identifiable=folder.name in IDENTIFIABLE, is_encrypted=encryption.is_encrypted,
        encrypted_by=encryption.how,
    )  # fmt: skip


def _declaration(text: str) -> str:
    """The evidence that a setting refers to."""
    if not text:
        return ""
    if not (found := _DECLARED.fullmatch(text)):
        raise SetupError(
            "WSIC_VOLUME_ENCRYPTION is not in form; valid: empty, or 'declared: <reference of the evidence>' "
            "of at most 280 characters"
        )
    try:
        return require_safe(found[1], "WSIC_VOLUME_ENCRYPTION")
    except UsageError as error:  # it goes into the audit log, which holds no dates and no long numbers
        raise SetupError(str(error)) from None


def _reasons(found: Protection) -> str:
    said = {zone.encrypted_by for zone in found.zones if zone.name in found.unseen}
    return "; ".join(sorted(said | ({found.swap.how} if not found.swap.is_encrypted else set())))


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
