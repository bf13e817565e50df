"""Keys: one 256-bit root a deployment, and what is derived from it with HKDF-SHA256 (RFC 5869).

The root comes from the environment (``WSIC_ROOT_KEY``, 64 hexadecimal digits) or from the file
``<WSIC_HOME>/keys/root.key`` (mode 0600). Outside production a missing root is made at the first
run and marked as a development key, which production refuses. Every purpose has a key of its
own, so that the pseudonyms of two products cannot be joined, and one key tells nothing of another.
A key is never printed; its public id is the hash of a sibling derivation and cannot be reversed.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline.errors import SetupError, one_of
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones

ENVIRONMENT_NAME = "WSIC_ROOT_KEY"
VERSION = "v1"
VAULT, PERSON_ID = "vault", "person-id"
PURPOSES = (VAULT, PERSON_ID, *(f"product:{product}" for product in PRODUCTS))

_FILE_NAME = "root.key"
_ROOT = re.compile(r"[0-9a-f]{64}")
_FORM = f"valid: {ENVIRONMENT_NAME} or the file keys/{_FILE_NAME} with 64 hexadecimal digits (256 bits)"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What may be known of a key: its purpose, version, public id and where its root came from."""

    purpose: str
    version: str
    key_id: str
    provider: str
    is_development: bool


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one deployment; the root never shows in ``repr``."""

    provider: str
    is_development: bool
    _root: bytes = field(repr=False)

    def key(self, purpose: str) -> bytes:
        """The 256-bit key of one purpose of :data:`PURPOSES`."""
        return self._derive("key", purpose)

    def key_id(self, purpose: str) -> str:
        """Public id of that key: 16 hexadecimal digits, the same as long as the key is the same."""
        return hashlib.sha256(self._derive("key-id", purpose)).hexdigest()[:16]

    def describe(self) -> list[KeyInfo]:
        """Every key, for ``wsic keys list`` and the ledger."""
        return [
            KeyInfo(purpose, VERSION, self.key_id(purpose), self.provider, self.is_development)
            for purpose in PURPOSES
        ]

    def _derive(self, use: str, purpose: str) -> bytes:
        if purpose not in PURPOSES:
            raise SetupError(one_of("key purpose", purpose, PURPOSES))
        info = f"wsic|{use}|{VERSION}|{purpose}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._root)


def load_keys(settings: Settings, environ: Mapping[str, str] | None = None) -> KeyRing:
    """The deployment's keys; raises :class:`SetupError` where they are missing, unsafe or not fit for use."""
    env = os.environ if environ is None else environ
    if ENVIRONMENT_NAME in env:
        return KeyRing("environment", False, _parse_root(env[ENVIRONMENT_NAME], ENVIRONMENT_NAME))
    path = Zones(settings.home).keys / _FILE_NAME
    if not path.exists():
        _refuse_new_root(settings)
        _make_development_root(path)
    ring = _read_file(path)
    if ring.is_development and settings.is_production:
        raise SetupError(f"keys/{_FILE_NAME} is a development key, and WSIC_ENV is production; {_FORM}")
    return ring


def key_ids(settings: Settings) -> str:
    """Public ids of all keys in one line (``purpose=id``), as the ledger keeps them for a run."""
    return " ".join(f"{info.purpose}={info.key_id}" for info in load_keys(settings).describe())


def _refuse_new_root(settings: Settings) -> None:
    """A new root beside an old vault would make every person unknown: only a clean start may make one."""
    if settings.is_production:
        raise SetupError(f"no root key, and WSIC_ENV is production; {_FORM}")
    if (Zones(settings.home).identity / "vault.duckdb").exists():
        raise SetupError(f"the root key of the identity vault is gone: restore it; {_FORM}")


def _make_development_root(path: Path) -> None:
    """Write a fresh root whole or not at all; where two processes race, the first one's root stands."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f'kind = "development"\nroot = "{secrets.token_hex(32)}"\n')
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _read_file(path: Path) -> KeyRing:
    """Read a key file of two entries: ``kind`` (development or deployment) and ``root``."""
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise SetupError(f"keys/{_FILE_NAME} has mode {mode:04o}, others may read it; valid: 0600")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        kind, root = raw["kind"], raw["root"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError):
        raise SetupError(f"keys/{_FILE_NAME} is not readable; valid: the entries kind and root") from None
    if kind not in ("development", "deployment"):
        raise SetupError(f"keys/{_FILE_NAME}: kind is not known; valid: deployment, development")
    return KeyRing("file", kind == "development", _parse_root(str(root), f"keys/{_FILE_NAME}"))


def _parse_root(text: str, where: str) -> bytes:
    folded = text.strip().lower()
    if not _ROOT.fullmatch(folded) or len(set(folded)) < 8:  # a repeated pattern is no random key
        raise SetupError(f"{where} does not hold a random 256-bit key; {_FORM}")
    return bytes.fromhex(folded)
