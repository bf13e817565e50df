"""``wsic keys rotate --root``: another root for the deployment, then every product under a key that it makes.

What happens in order, and what a crash leaves:

1. It is logged who replaces which root by which, and why. The vault is copied under the new root, beside it.
2. The register of keys is written anew: that one step takes the new root into use. The log is signed to its
   end with the old root's key just before, and nobody can append to it meanwhile. A crash before this step
   leaves all as it was; after it, everything but the products' pseudonyms is of the new root, and the next
   command that takes the lock puts the vault and the root's file in place.
3. Every product that is served is made again as :mod:`pipeline.run.rotation.rotate` does: all old or all
   new. Until then its old key is carried over, sealed under the new root; the same command goes on with
   what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline import audit_log, identity, keys, progress, publish
from pipeline.ledger import Ledger
from pipeline.run.rotation.night import last_night
from pipeline.run.rotation.rotate import Rotation, alone, planned, rotate_product
from pipeline.settings import PRODUCTS, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RootRotation:
    """What was done, or would be: roots by public id, the new one's empty where a dry run has none yet.

    ``is_resumed``: the root had been replaced before, and the products that were left were made again.
    ``to_do``: what is left to the operator, as keys of this provider are not the pipeline's to move.
    """

    provider: str
    old_root_id: str
    new_root_id: str
    is_resumed: bool
    products: tuple[Rotation, ...]
    to_do: tuple[str, ...]


def rotate_root(settings: Settings, *, by: str, reason: str, dry_run: bool = False) -> RootRotation:
    """Replace the root, and make every product again; a rotation that was cut short goes on where it ended.

    Raises, with everything as before: :class:`SetupError` where there is no next root, with where to put it;
    :class:`UsageError` where a product cannot be made again now, or for a root that was in use before. Where
    a check refuses a product, that one is served as before, and its key carried over until the next try.
    """
    with alone(settings, doing="rotation of the root key") as ledger:
        left = keys.still_carried(settings)
        before = keys.load_keys(settings)
        served = _served(settings, ledger)
        if left:
            was, now = before.former_roots[-1].root_id, before.root_id
        else:
            follows = keys.next_root(settings, makes_one=not dry_run)
            was, now = before.root_id, follows.root_id
        plan = RootRotation(
            provider=before.provider, old_root_id=was, new_root_id=now, is_resumed=bool(left),
            products=tuple(planned(settings, ledger, product) for product in left or served),
            to_do=_to_do(before.provider, was, now),
        )  # fmt: skip
        if dry_run:
            return plan
        if left:
            _log_in_use(settings, now, left, by=by)
        else:
            _replace(settings, follows, served, by=by, reason=reason)
        done = tuple(
            rotate_product(settings, ledger, product, by=by, reason=reason)
            for product in keys.still_carried(settings)
        )
    return RootRotation(
        provider=plan.provider, old_root_id=was, new_root_id=now, is_resumed=plan.is_resumed, products=done,
        to_do=plan.to_do,
    )  # fmt: skip


def _served(settings: Settings, ledger: Ledger) -> tuple[str, ...]:
    """Products with a version of any kind; raises :class:`UsageError` for one that cannot be made again."""
    found = tuple(product for product in PRODUCTS if publish.list_versions(settings, product))
    for product in found:
        last_night(settings, ledger, product)
    return found


def _replace(
    settings: Settings, follows: keys.NextRoot, served: tuple[str, ...], *, by: str, reason: str
) -> None:
    old = keys.load_keys(settings)
    told: dict[str, str | int | bool | list[str]] = {
        "old_key_id": old.root_id, "key_id": follows.root_id, "reason": reason,
    }  # fmt: skip
    progress.step("encrypting the identity vault under the new root")
    with (
        audit_log.acting(settings, act="root_replaced", actor=by, details=told),
        identity.vault_rekeyed(settings, old, follows.ring),
        audit_log.handing_over(settings) as (log_end, signer),
    ):
        keys.change_root(settings, follows, served=served, signer=signer, log_end=log_end)
    identity.settle_vault(settings, keys.load_keys(settings))
    keys.settle_root(settings)
    _log_in_use(settings, follows.root_id, served, by=by)


def _log_in_use(settings: Settings, root_id: str, products: tuple[str, ...], *, by: str) -> None:
    """Once for each root: a crash may have come before the entry."""
    if any(entry.details["key_id"] == root_id for entry in audit_log.entries(settings, act="root_in_use")):
        return
    told: dict[str, str | int | bool | list[str]] = {"key_id": root_id, "products": list(products)}
    audit_log.append(settings, act="root_in_use", actor=by, details=told)


def _to_do(provider: str, was: str, now: str) -> tuple[str, ...]:
    """What the operator has to do afterwards; no key is ever in the words."""
    everywhere = "wherever the pipeline is started (service, scheduler, shells)"
    steps = {
        "file": (),
        "environment": (
            f"set WSIC_ROOT_KEY to the root of public id {now}, the one that is in WSIC_NEXT_ROOT_KEY now, "
            f"{everywhere}",
            "then remove WSIC_NEXT_ROOT_KEY",
        ),
        "secrets": (
            "set WSIC_KEY_SECRET to the name that is in WSIC_NEXT_KEY_SECRET now, the secret of the root of "
            f"public id {now}, {everywhere}",
            "then remove WSIC_NEXT_KEY_SECRET, and the old secret from the service",
        ),
    }[provider]
    return (
        *steps,
        "back up the new root under dual control, and apart from it the folder keys/ and the identity vault",
        f"keep the old root (public id {was}) sealed away only as long as an old backup of the vault is kept",
    )
