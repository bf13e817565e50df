"""Putting another root in the place of the one in use: one new register, written in one step.

The register decides which root is in use, and nothing else does: before that step every key is of the old
root, after it every key is of the new one, save those of products that are served. Theirs are carried over,
sealed under the new root, until each product has been made again under a key that the new root makes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pipeline.clock import now
from pipeline.errors import UsageError
from pipeline.keys import private_file, register
from pipeline.keys.former import CARRIED, FormerRoot, LogEnd
from pipeline.keys.purposes import PRODUCT_OF, PURPOSES
from pipeline.keys.register import Register
from pipeline.keys.ring import KeyRing, carried_about, carrying_key, root_id
from pipeline.keys.sealing import seal
from pipeline.keys.secret import Secret
from pipeline.keys.version import KeyVersion
from pipeline.settings import Settings


def replace_root(
    settings: Settings, *, old: KeyRing, root: bytes, fresh: bytes, served: Collection[str], signer: str,
    log_end: LogEnd,
) -> None:  # fmt: skip
    """Make ``fresh`` the root in use, in the place of ``root``, whose settled ring is ``old``.

    ``served`` are the products that have a version, ``signer`` and ``log_end`` the public key of the audit
    log's checkpoints until now, and where they end. Raises :class:`UsageError` for a root that was in use
    before.
    """
    known = register.load(settings, root)
    require_never_used(known, fresh)
    former = FormerRoot(
        root_id=known.root_id, made_at=known.made_at, retired_at=now(),
        key_ids={purpose: old.key_id(purpose) for purpose in PURPOSES if purpose not in PRODUCT_OF},
        signer=signer, log_end=log_end, keys={purpose: old.key(purpose) for purpose in CARRIED},
    )  # fmt: skip
    products = {
        purpose: tuple(_moved(one, purpose, old, fresh, settings, is_served=PRODUCT_OF[purpose] in served))
        for purpose, one in known.products.items()
    }
    changed = Register(
        root_id=root_id(fresh), made_at=former.retired_at, products=products, former=(*known.former, former)
    )
    private_file.replace(register.register_path(settings), register.dump(changed, fresh))


def require_never_used(known: Register, fresh: bytes) -> None:
    """A root that was replaced is never taken into use again: whoever it leaked to would hold all keys."""
    if root_id(fresh) in {known.root_id, *(one.root_id for one in known.former)}:
        raise UsageError(
            f"the next root (public id {root_id(fresh)}) is or was in use here; valid: one made for this"
        )


def carried_products(known: Register) -> tuple[str, ...]:
    """Products whose key in use is still one of a root that was replaced."""
    return tuple(
        PRODUCT_OF[purpose]
        for purpose, versions in known.products.items()
        if any(found.is_carried for found in versions)
    )


def _moved(
    versions: tuple[KeyVersion, ...], purpose: str, old: KeyRing, fresh: bytes, settings: Settings, *,
    is_served: bool,
) -> list[KeyVersion]:  # fmt: skip
    """The versions of one product: the one in use carried over, or with nothing served, replaced at once."""
    moved = [
        _carried(found, purpose, old, fresh) if is_served else found.as_if_served() for found in versions
    ]
    if not is_served:
        number = max(found.version for found in versions) + 1
        moved.append(register.new_version(fresh, purpose, number, salted=settings.is_production))
    return moved


def _carried(found: KeyVersion, purpose: str, old: KeyRing, fresh: bytes) -> KeyVersion:
    if found.is_retired:
        return found
    sealed = seal(carrying_key(fresh), old.key(purpose), about=carried_about(purpose, found))
    return replace(found, salt=Secret(), sealed=sealed)


def ring_of(root: bytes, like: KeyRing) -> KeyRing:
    """The keys that ``root`` would make, before it is in use; products' are none of them."""
    return replace(like, made_at=now(), _root=Secret(root), _versions={}, former_roots=())
