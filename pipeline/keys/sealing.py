"""Carrying a key over to another root: sealed with AES-256-GCM (NIST SP 800-38D) by a key of the new one."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.errors import SetupError
from pipeline.keys.secret import Secret

_NONCE_BYTES = 12


def seal(key: Secret, content: bytes, *, about: bytes) -> str:
    """``content`` as hexadecimal digits that only the holder of ``key`` can read, and only ``about`` that."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return (nonce + AESGCM(key).encrypt(nonce, content, about)).hex()


def unseal(key: Secret, sealed: str, *, about: bytes) -> Secret:
    """What was sealed; raises :class:`SetupError` for another key, or where anything of it was changed."""
    try:
        raw = bytes.fromhex(sealed)
        return Secret(AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], about))
    except (InvalidTag, ValueError):
        raise SetupError(
            "keys/versions.json: what was carried over from a former root was changed: "
            "restore the file from its backup"
        ) from None
