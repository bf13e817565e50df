"""Keys: one 256-bit root a deployment, and what is derived from it with HKDF-SHA256 (RFC 5869).

The root comes from a provider (:mod:`pipeline.keys.provider`): a file, the environment or a secrets
service. Outside production a missing root is made at the first run and marked as a development key, which
production refuses. Every purpose has a key of its own, so that the pseudonyms of two products cannot be
joined, and one key tells nothing of another; a product's key has versions (:mod:`pipeline.keys.register`).
A key is never printed; its public id is the hash of a sibling derivation and cannot be reversed.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.keys import register
from pipeline.keys.private_file import read as read_file
from pipeline.keys.process import seal_process
from pipeline.keys.provider import find_root
from pipeline.keys.provider.environment import NAME as ENVIRONMENT_NAME
from pipeline.keys.purposes import (
    AUDIT_LOG,
    AUDIT_SUBJECT,
    PERSON_ID,
    PURPOSES,
    VAULT,
    ZONES_AT_REST,
    product_purpose,
)
from pipeline.keys.ring import KeyInfo, KeyRing
from pipeline.keys.secret import Secret
from pipeline.settings import Settings

__all__ = [
    "AUDIT_LOG",
    "AUDIT_SUBJECT",
    "ENVIRONMENT_NAME",
    "PERSON_ID",
    "PURPOSES",
    "VAULT",
    "ZONES_AT_REST",
    "KeyInfo",
    "KeyRing",
    "begin_rotation",
    "derivable",
    "key_ids",
    "load_keys",
    "pending_runs",
    "product_purpose",
    "read_file",
    "seal_process",
    "settle_rotation",
]


def load_keys(settings: Settings, environ: Mapping[str, str] | None = None) -> KeyRing:
    """The deployment's keys; raises :class:`SetupError` where they are missing, unsafe or not fit for use.

    The environment is ``environ``, or that of this process where it is none.
    """
    root = find_root(settings, environ)
    found = register.load(settings, root.key).settled(settings)
    return KeyRing(
        provider=root.provider, is_development=root.is_development, made_at=found.made_at,
        _root=root.key, _versions=found.products,
    )  # fmt: skip


def derivable(settings: Settings) -> tuple[Secret, ...]:
    """The root and every key that can be derived from it now: in use, or pending in a rotation under way."""
    root = find_root(settings, None)
    found = register.load(settings, root.key)
    ring = KeyRing(
        provider=root.provider, is_development=root.is_development, made_at=found.made_at,
        _root=root.key, _versions=found.products,
    )  # fmt: skip
    return ring.in_use()


def key_ids(settings: Settings) -> str:
    """Public ids of all keys in one line (``purpose=id``), as the ledger keeps them for a run."""
    return load_keys(settings).ids()


def begin_rotation(settings: Settings, product: str, *, run_id: str) -> KeyRing:
    """Make the next version of a product's key; the ring with it in use, which ``run_id`` may make rows with.

    For everybody else the version is in use once ``published/<product>/current.duckdb`` serves ``run_id``.
    """
    root = find_root(settings, None)
    register.begin(settings, root.key, product, run_id=run_id)
    found = register.load(settings, root.key)
    ring = KeyRing(
        provider=root.provider, is_development=root.is_development, made_at=found.made_at,
        _root=root.key, _versions=found.products,
    )  # fmt: skip
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
