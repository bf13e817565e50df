"""Checkpoints: the state of the log at one entry, signed with a key that is not in the audit zone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from pipeline.audit_log.entry import GENESIS, canonical
from pipeline.errors import SetupError
from pipeline.keys import AUDIT_LOG, KeyRing

EVERY = 64  # entries from one checkpoint to the next, at most
_DOMAIN = b"wsic audit-log checkpoint v1\n"  # what the key signs here, it signs nowhere else
_FIELDS = {
    "log_id": str, "number": int, "hash": str, "size": int, "sha256": str, "at": str, "key_id": str,
    "previous": str, "signature": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The log ``log_id`` had ``number`` entries, the last with ``hash``.

    Its first ``size`` bytes hash to ``sha256``. ``previous`` is the SHA-256 of the line of the checkpoint
    before; ``signature`` is hexadecimal.
    """

    log_id: str
    number: int
    hash: str
    size: int
    sha256: str
    at: str
    key_id: str
    previous: str
    signature: str

    def as_dict(self) -> dict[str, Any]:
        """Every field by name."""
        return {name: getattr(self, name) for name in _FIELDS}

    def line(self) -> bytes:
        """The checkpoint as it lies in its file."""
        return canonical(self.as_dict()) + b"\n"


def sign(keys: KeyRing, previous: bytes, **said: Any) -> Checkpoint:
    """A signed checkpoint that follows the line ``previous`` (empty: the first one)."""
    follows = hashlib.sha256(previous).hexdigest() if previous else GENESIS
    told = {**said, "key_id": keys.key_id(AUDIT_LOG), "previous": follows}
    signature = _private(keys).sign(_DOMAIN + canonical(told))
    return Checkpoint(**told, signature=signature.hex())


def is_signed(checkpoint: Checkpoint, public: Ed25519PublicKey) -> bool:
    """Whether the signature is that of the holder of the key, over exactly this checkpoint."""
    told = {name: value for name, value in checkpoint.as_dict().items() if name != "signature"}
    try:
        public.verify(bytes.fromhex(checkpoint.signature), _DOMAIN + canonical(told))
    except (InvalidSignature, ValueError):
        return False
    return True


def parse(line: bytes) -> Checkpoint | None:
    """The checkpoint of a whole line; ``None`` where it is none, or not in canonical form."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = from_dict(raw)
    return found if found is not None and found.line() == line else None


def from_dict(raw: object) -> Checkpoint | None:
    """The checkpoint that a JSON object holds; ``None`` where a field is missing or of another kind."""
    if not isinstance(raw, Mapping) or {name: type(value) for name, value in raw.items()} != _FIELDS:
        return None
    return Checkpoint(**raw)


def public_key(keys: KeyRing) -> Ed25519PublicKey:
    """The key that this deployment's checkpoints are verified with."""
    return _private(keys).public_key()


def as_pem(public: Ed25519PublicKey) -> bytes:
    """The public key as the file beside the log holds it."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def from_pem(content: bytes) -> Ed25519PublicKey:
    """A public key from a file; raises :class:`SetupError` where it holds none."""
    try:
        key = load_pem_public_key(content)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SetupError("the audit log's public key file holds no Ed25519 key; valid: PEM")
    return key


def _private(keys: KeyRing) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.key(AUDIT_LOG))
