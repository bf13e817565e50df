"""The register of key versions: ``keys/versions.json`` (0600), whatever provider the root comes from.

It says which root the deployment was made with, by public id, and holds for each product every version of
its key: id, days, and the random salt of the one in use. Retiring a version destroys its salt, and with
it every way to make its pseudonyms again. Losing the file is losing the products' pseudonyms.

A pending version is in use from the moment that the run which made it is served: the link
``published/<product>/current.duckdb`` alone decides, so that a crash leaves all old or all new.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.clock import now
from pipeline.errors import SetupError
from pipeline.keys import private_file
from pipeline.keys.former import FormerRoot, read_former
from pipeline.keys.purposes import product_purpose
from pipeline.keys.ring import carrying_key, derive_id, open_carried, root_id
from pipeline.keys.secret import Secret
from pipeline.keys.version import KeyVersion
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones

FILE_NAME = "versions.json"
_SALT_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Which root, since when (UTC), each product purpose's versions and the roots before, oldest first."""

    root_id: str
    made_at: str
    products: dict[str, tuple[KeyVersion, ...]]
    former: tuple[FormerRoot, ...] = ()

    def pending(self, product: str) -> KeyVersion | None:
        """The version that a rotation of ``product`` began and nobody settled yet."""
        return next((found for found in self.products[product_purpose(product)] if found.is_pending), None)

    def settled(self, settings: Settings) -> Register:
        """As it stands in truth: pending versions that are served are in use, the others never were."""
        return replace(
            self, products={name: _settle(settings, name, found) for name, found in self.products.items()}
        )


def load(settings: Settings, root: bytes) -> Register:
    """The register; made on the first use of a deployment that has linked nobody yet.

    Raises :class:`SetupError` where it is gone, broken, or made with another root than ``root``.
    """
    if (found := look(settings, root)) is not None:
        return found
    path = register_path(settings)
    private_file.create(path, dump(_first(settings, root), root))
    return _parse(private_file.read(path), root)


def look(settings: Settings, root: bytes) -> Register | None:
    """The register; ``None`` where the first use is still to make it. Raises as :func:`load` does."""
    path = register_path(settings)
    if path.exists() or path.is_symlink():
        return _parse(private_file.read(path), root)
    require_nothing_linked(
        settings, f"the register of key versions (keys/{FILE_NAME}) of this deployment is gone"
    )
    return None


def known_root(settings: Settings) -> str:
    """Public id of the root that the register was written with; empty where there is no register yet."""
    path = register_path(settings)
    if not path.exists() and not path.is_symlink():
        return ""
    with _readable():
        return str(json.loads(private_file.read(path))["root_id"])


def begin(settings: Settings, root: bytes, product: str, *, run_id: str) -> None:
    """Add a pending version with a fresh salt, in use once ``run_id`` is served."""
    register, purpose = load(settings, root), product_purpose(product)
    known = register.products[purpose]
    number = max(found.version for found in known) + 1
    fresh = new_version(root, purpose, number, salted=True)
    _save(settings, register, root, purpose, (*known, replace(fresh, pending_run=run_id)))


def settle(settings: Settings, root: bytes, product: str) -> None:
    """Write down what is true of a pending version; that destroys the salt of the one that is not in use."""
    register, purpose = load(settings, root), product_purpose(product)
    _save(settings, register, root, purpose, _settle(settings, purpose, register.products[purpose]))


def require_nothing_linked(settings: Settings, what: str) -> None:
    """Fresh keys beside an old vault would make every person unknown: only a clean start may have them."""
    if (Zones(settings.home).identity / "vault.duckdb").exists():
        raise SetupError(f"{what}: restore the folder keys/ from its backup; nothing was changed")


def register_path(settings: Settings) -> Path:
    """Where the register lies."""
    return Zones(settings.home).keys / FILE_NAME


def _settle(settings: Settings, purpose: str, known: tuple[KeyVersion, ...]) -> tuple[KeyVersion, ...]:
    pending = next((found for found in known if found.is_pending), None)
    if pending is None:
        return known
    served = Zones(settings.home).published(purpose.partition(":")[2]) / "current.duckdb"
    if served.exists() and served.resolve().stem == pending.pending_run:
        return tuple(found.as_if_served() for found in known)
    return tuple(found for found in known if not found.is_pending)


def _first(settings: Settings, root: bytes) -> Register:
    purposes = [product_purpose(product) for product in PRODUCTS]
    return Register(
        root_id=root_id(root),
        made_at=now(),
        products={
            purpose: (new_version(root, purpose, 1, salted=settings.is_production),) for purpose in purposes
        },
    )


def new_version(root: bytes, purpose: str, number: int, *, salted: bool) -> KeyVersion:
    """A version of a product's key that ``root`` makes, in use from now on."""
    salt = Secret(secrets.token_bytes(_SALT_BYTES)) if salted else Secret()
    key_id = derive_id(root, purpose, number, salt)
    return KeyVersion(version=number, made_at=now(), key_id=key_id, salt=salt)


def _require_root(raw: dict[str, Any], root: bytes) -> None:
    """The root that is given must be the one that the register was written with."""
    known, given = str(raw["root_id"]), root_id(root)
    if known == given:
        return
    former = {str(row["root_id"]): str(row["retired_at"])[:10] for row in raw.get("former", [])}
    if given in former:
        raise SetupError(
            f"the root key that is given (public id {given}) was replaced on {former[given]}: put the root "
            f"of public id {known} in its place; docs/keys.md says where"
        )
    raise SetupError(
        "the root key is not the one that this deployment was made with (its public id is "
        f"{known}, the one given has {given}): give the old one again; to change it: wsic keys rotate --root"
    )


def _require_versions(register: Register, root: bytes) -> None:
    """The root must make, or open, every key that the register knows."""
    for purpose, known in register.products.items():
        if sum(found.is_in_use for found in known) != 1 or sum(found.is_pending for found in known) > 1:
            raise SetupError(f"keys/{FILE_NAME}: {purpose} has not one version in use; restore the file")
        for found in known:
            if found.is_carried:
                open_carried(root, purpose, found)
            elif not found.is_retired and found.key_id != derive_id(root, purpose, found.version, found.salt):
                raise SetupError(f"keys/{FILE_NAME}: {purpose} was changed: restore the file from its backup")


def _save(
    settings: Settings, register: Register, root: bytes, purpose: str, known: tuple[KeyVersion, ...]
) -> None:
    changed = replace(register, products={**register.products, purpose: known})
    if changed != register:
        private_file.replace(register_path(settings), dump(changed, root))


def dump(register: Register, root: bytes) -> str:
    """As JSON, for who holds ``root``; the salt of a version as hexadecimal digits."""
    raw: dict[str, Any] = {
        "root_id": register.root_id,
        "made_at": register.made_at,
        "products": {
            purpose: [
                {
                    "version": found.version, "key_id": found.key_id, "salt": found.salt.hex(),
                    "made_at": found.made_at, "retired_at": found.retired_at,
                    "pending_run": found.pending_run, "sealed": found.sealed,
                }
                for found in known
            ]
            for purpose, known in register.products.items()
        },
        "former": [one.sealed(carrying_key(root)) for one in register.former],
    }  # fmt: skip
    return json.dumps(raw, indent=1) + "\n"


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SetupError(f"keys/{FILE_NAME} is not readable: restore it from its backup") from None


def _parse(text: Secret, root: bytes) -> Register:
    with _readable():
        raw = json.loads(text)
        rows = {purpose: raw["products"][purpose] for purpose in map(product_purpose, PRODUCTS)}
        products = {purpose: tuple(_version(row) for row in listed) for purpose, listed in rows.items()}
        _require_root(raw, root)
        register = Register(
            root_id=str(raw["root_id"]), made_at=str(raw["made_at"]), products=products,
            former=tuple(read_former(row, carrying_key(root)) for row in raw.get("former", [])),
        )  # fmt: skip
    _require_versions(register, root)
    return register


def _version(row: dict[str, Any]) -> KeyVersion:
    return KeyVersion(
        version=int(row["version"]), key_id=str(row["key_id"]), salt=Secret(bytes.fromhex(row["salt"])),
        made_at=str(row["made_at"]), retired_at=str(row["retired_at"]), pending_run=str(row["pending_run"]),
        sealed=str(row.get("sealed", "")),
    )  # fmt: skip
