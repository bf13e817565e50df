"""The home: whose it is, who may look into its zones, what encrypts them; keys, audit log and lock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pipeline import audit_log, keys, least_privilege
from pipeline.errors import SetupError
from pipeline.reidentify import load_listed
from pipeline.run import lock
from pipeline.run.readiness.finding import (
    Asked,
    Finding,
    demanded,
    fault,
    fault_of,
    good,
    nearest,
    worth_a_look,
)
from pipeline.settings import PRODUCTS

_ZONES = "identifiers and keys lie in the zones: whoever can write there can change or read them"
_PLACE = "the night makes its zones there"
_PROTECTED = "records may be loaded only where they are encrypted at rest and dbt cannot open them"
_KEYS = "every pseudonym follows from the root key"
_COPY = "whoever may write in the audit zone could cut its log unseen"
_LOCK = "one run at a time"
_REQUESTERS = "without the list nobody is answered, and no emergency is reviewed"
_READERS = "the products are opened to these groups when they are published"


def look(asked: Asked) -> Iterator[Finding]:
    """Everything about the home and who may enter it."""
    yield _place(asked.settings.home)
    yield _zones(asked)
    yield from _protected(asked)
    yield _keys(asked)
    yield demanded("audit copy", _COPY, partial(audit_log.copy_of, asked.settings), _copied(asked))
    yield _lock(asked)
    yield from _readers(asked)
    yield _requesters(asked)


def _place(home: Path) -> Finding:
    """The home, or the folder that it will be made in, has to be there and ours to write to."""
    place = nearest(home)
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        valid = "a folder of the account that runs the pipeline (setting home)"
        return fault("home", _PLACE, f"{place} cannot be written to by this account", valid)
    return good("home", _PLACE, f"{home}" + ("" if home.exists() else ", still to be made"))


def _zones(asked: Asked) -> Finding:
    try:
        account = least_privilege.warehouse_account(asked.settings)
        zones = least_privilege.look_at_zones(asked.settings.home, account)
    except SetupError as error:
        return fault_of("zones", _ZONES, error)
    if wide := sum(zone.wide for zone in zones):
        names = ", ".join(zone.name for zone in zones if zone.wide)
        valid = "folders 0700 and files 0600; the next night closes them itself"
        return worth_a_look("zones", _ZONES, f"{wide} files or folders are open to others ({names})", valid)
    return good("zones", _ZONES, f"{sum(zone.seen for zone in zones)} files and folders are ours alone")


def _protected(asked: Asked) -> Iterator[Finding]:
    try:
        found = least_privilege.describe(asked.settings)
    except SetupError as error:
        yield fault_of("protection", _PROTECTED, error)
        return
    broken = list(least_privilege.faults(asked.settings, found))
    yield from (fault_of("protection", _PROTECTED, error) for error in broken)
    if not asked.settings.is_production:
        yield from _lacking_outside_production(found)
    if not broken:
        held = f"account {found.warehouse_user}" if found.warehouse_user else f"Landlock {found.landlock}"
        yield good("protection", _PROTECTED, f"{found.environment}; what dbt is held back by: {held}")


def _lacking_outside_production(found: least_privilege.Protection) -> Iterator[Finding]:
    """What production would refuse, and a night on people who do not exist may do without."""
    if not found.is_encrypted:
        valid = "an encrypted volume, or WSIC_VOLUME_ENCRYPTION='declared: <evidence>'; or no production"
        yield worth_a_look("encryption", _PROTECTED, f"not known of: {', '.join(found.unseen)}", valid)
    if not found.is_dbt_held_back:
        valid = "WSIC_WAREHOUSE_USER, or Linux 5.13 or later with Landlock; or no production"
        yield worth_a_look("dbt held back", _PROTECTED, "no Landlock, and no account of its own", valid)


def _keys(asked: Asked) -> Finding:
    try:
        found = keys.look_at_keys(asked.settings)
    except SetupError as error:
        return fault_of("keys", _KEYS, error)
    if found.is_development:
        made = "is in use" if found.is_made else "would be made by the first night"
        valid = "for real data a root of your own (docs/keys.md); production refuses a development key"
        return worth_a_look("keys", _KEYS, f"a development key {made}", valid)
    return good("keys", _KEYS, f"a root from {found.provider}")


def _copied(asked: Asked) -> str:
    folder = asked.settings.audit_copy
    return f"every entry goes to {folder} first" if folder else "none is set up; production refuses that"


def _lock(asked: Asked) -> Finding:
    if said := lock.look(asked.settings, asked.ledger):
        return fault("lock", _LOCK, said, "no run that is alive")
    return good("lock", _LOCK, "free")


def _readers(asked: Asked) -> Iterator[Finding]:
    for product in PRODUCTS:
        if group := getattr(asked.settings, f"{product}_group"):
            demand = partial(least_privilege.find_group, group)
            yield demanded(f"readers of {product}", _READERS, demand, f"the group {group}")


def _requesters(asked: Asked) -> Finding:
    path = asked.settings.requesters
    if not path.exists():
        valid = "the list of docs/re-identification.md, owned by root, before anybody may re-identify"
        return worth_a_look("requesters", _REQUESTERS, f"there is no {path}", valid)
    return demanded("requesters", _REQUESTERS, partial(load_listed, asked.settings), "the list can be used")
