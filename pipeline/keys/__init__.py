"""Keys: one 256-bit root a deployment, and what is derived from it with HKDF-SHA256 (RFC 5869).

The root comes from a provider (:mod:`pipeline.keys.provider`): a file, the environment or a secrets
service. Outside production a missing root is made at the first run and marked as a development key, which
production refuses. Every purpose has a key of its own, so that the pseudonyms of two products cannot be
joined, and one key tells nothing of another; a product's key has versions (:mod:`pipeline.keys.register`).
A key is never printed; its public id is the hash of a sibling derivation and cannot be reversed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pipeline.keys import register
from pipeline.keys.former import FormerRoot, LogEnd
from pipeline.keys.private_file import read as read_file
from pipeline.keys.process import seal_process
from pipeline.keys.provider import find_next, find_root, is_still_to_make, make_next, root_file
from pipeline.keys.provider.environment import NAME as ENVIRONMENT_NAME
from pipeline.keys.provider.environment import NEXT_NAME as NEXT_ENVIRONMENT_NAME
from pipeline.keys.provider.root import Root
from pipeline.keys.provider.secrets_service import read_credential
from pipeline.keys.purposes import (
    AUDIT_LOG,
    AUDIT_SUBJECT,
    FORMER_KEYS,
    PERSON_ID,
    PURPOSES,
    VAULT,
    ZONES_AT_REST,
    meaning_of,
    product_purpose,
)
from pipeline.keys.ring import KeyInfo, KeyRing, root_id
from pipeline.keys.root_change import carried_products, replace_root, require_never_used, ring_of
from pipeline.keys.secret import Secret
from pipeline.settings import Settings

__all__ = [
    "AUDIT_LOG",
    "AUDIT_SUBJECT",
    "ENVIRONMENT_NAME",
    "FORMER_KEYS",
    "NEXT_ENVIRONMENT_NAME",
    "PERSON_ID",
    "PURPOSES",
    "VAULT",
    "ZONES_AT_REST",
    "FormerRoot",
    "KeyInfo",
    "KeyRing",
    "KeySource",
    "LogEnd",
    "NextRoot",
    "begin_rotation",
    "change_root",
    "derivable",
    "key_ids",
    "load_keys",
    "look_at_keys",
    "meaning_of",
    "next_root",
    "pending_runs",
    "product_purpose",
    "read_credential",
    "read_file",
    "seal_process",
    "settle_root",
    "settle_rotation",
    "still_carried",
]


def load_keys(settings: Settings, environ: Mapping[str, str] | None = None) -> KeyRing:
    """The deployment's keys; raises :class:`SetupError` where they are missing, unsafe or not fit for use.

    The environment is ``environ``, or that of this process where it is none.
    """
    root = find_root(settings, environ)
    return _ring(root, register.load(settings, root.key).settled(settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySource:
    """Where the root comes from. ``is_made``: it and the register are there, and fit each other."""

    provider: str
    is_development: bool
    is_made: bool


def look_at_keys(settings: Settings, environ: Mapping[str, str] | None = None) -> KeySource:
    """What :func:`load_keys` would find or make; raises as it does, and makes nothing."""
    if is_still_to_make(settings, environ):
        return KeySource(provider=root_file.PROVIDER, is_development=True, is_made=False)
    root = find_root(settings, environ)
    found = register.look(settings, root.key)
    return KeySource(provider=root.provider, is_development=root.is_development, is_made=found is not None)


def derivable(settings: Settings) -> tuple[Secret, ...]:
    """The root, every key that can be derived from it now (in use, carried over, or pending in a
    rotation under way), and the next root where one is given."""
    root = find_root(settings, None)
    follows = find_next(settings, None)
    return (
        *_ring(root, register.load(settings, root.key)).in_use(), *([follows.key] if follows else ()),
    )  # fmt: skip


def key_ids(settings: Settings) -> str:
    """Public ids of all keys in one line (``purpose=id``), as the ledger keeps them for a run."""
    return load_keys(settings).ids()


def begin_rotation(settings: Settings, product: str, *, run_id: str) -> KeyRing:
    """Make the next version of a product's key; the ring with it in use, which ``run_id`` may make rows with.

    For everybody else the version is in use once ``published/<product>/current.duckdb`` serves ``run_id``.
    """
    root = find_root(settings, None)
    register.begin(settings, root.key, product, run_id=run_id)
    ring = _ring(root, register.load(settings, root.key))
    return ring.with_pending(product_purpose(product))


def settle_rotation(settings: Settings, product: str) -> None:
    """End a rotation in the register: retire the version that is not served, and destroy its salt."""
    register.settle(settings, find_root(settings, None).key, product)


def pending_runs(settings: Settings) -> dict[str, str]:
    """Product -> run of every rotation that did not come to its end."""
    found = register.load(settings, find_root(settings, None).key)
    pending = {purpose.partition(":")[2]: rows for purpose, rows in found.products.items()}
    return {
        product: version.pending_run
        for product, rows in pending.items()
        for version in rows
        if version.is_pending
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRoot:
    """The root that a rotation changes to: where it comes from, its public id, and the keys that it makes."""

    provider: str
    root_id: str
    ring: KeyRing = field(repr=False)
    _key: Secret = field(repr=False)


def next_root(settings: Settings, *, makes_one: bool) -> NextRoot:
    """The next root that the operator gave; with ``makes_one`` a development deployment makes its own.

    Raises :class:`SetupError` where there is none, with where to put it, or where it is not fit for use,
    and :class:`UsageError` for one that was in use before.
    """
    root = find_root(settings, None)
    found = find_next(settings, None)
    if found is None:
        found = make_next(settings, None) if makes_one else None
    if found is None:
        return NextRoot(provider=root.provider, root_id="", ring=load_keys(settings), _key=Secret())
    require_never_used(register.load(settings, root.key), found.key)
    ring = ring_of(found.key, load_keys(settings))
    return NextRoot(provider=found.provider, root_id=ring.root_id, ring=ring, _key=found.key)


def change_root(
    settings: Settings, follows: NextRoot, *, served: Collection[str], signer: str, log_end: LogEnd
) -> None:
    """Put the next root into use, in one step; see :mod:`pipeline.keys.root_change`."""
    root = find_root(settings, None)
    replace_root(
        settings, old=load_keys(settings), root=root.key, fresh=follows._key, served=served, signer=signer,
        log_end=log_end,
    )  # fmt: skip


def settle_root(settings: Settings) -> None:
    """Once the root of the file of the next one is in use: it takes the place of the old one's file."""
    if not root_file.is_there(settings):
        return
    follows, known = root_file.read_next(settings), register.known_root(settings)
    if follows is not None and root_id(follows.key) == known:
        root_file.put_next_in_place(settings)


def still_carried(settings: Settings) -> tuple[str, ...]:
    """Products whose key in use is still one of a root that was replaced: to be made again."""
    root = find_root(settings, None)
    return carried_products(register.load(settings, root.key).settled(settings))


def _ring(root: Root, found: register.Register) -> KeyRing:
    return KeyRing(
        provider=root.provider, is_development=root.is_development, made_at=found.made_at,
        _root=root.key, _versions=found.products, former_roots=found.former,
    )  # fmt: skip
