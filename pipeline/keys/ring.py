"""The key ring: what is derived from the root with HKDF-SHA256 (RFC 5869), and what may be told of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline.errors import SetupError, UsageError, one_of
from pipeline.keys.former import FormerRoot
from pipeline.keys.purposes import FORMER_KEYS, PRODUCT_OF, PURPOSES, VAULT
from pipeline.keys.sealing import unseal
from pipeline.keys.secret import Secret
from pipeline.keys.version import KeyVersion

_FIRST = 1  # purposes other than products are derived as version 1 of their root


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInfo:
    """What may be known of a key: its purpose, version and public id, where its root comes from, its days.

    ``made_at`` and ``retired_at`` are UTC; ``retired_at`` is empty while the version is in use.
    """

    purpose: str
    version: int
    key_id: str
    provider: str
    is_development: bool
    made_at: str
    retired_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The keys of one deployment; neither the root nor a salt ever shows in ``repr``."""

    provider: str
    is_development: bool
    made_at: str
    _root: Secret = field(repr=False)
    _versions: Mapping[str, tuple[KeyVersion, ...]] = field(repr=False)
    former_roots: tuple[FormerRoot, ...] = ()

    @property
    def root_id(self) -> str:
        """Public id of the root in use."""
        return root_id(self._root)

    def key(self, purpose: str, version: int | None = None) -> Secret:
        """The 256-bit key of a purpose of :data:`PURPOSES`, in its version of now unless another is named.

        Raises :class:`SetupError` for a purpose that is not known, and :class:`UsageError` for a version
        that is none or that was retired: what it made is withdrawn and can not be made again.
        """
        found = self._version(purpose, version)
        if found.is_retired:
            raise UsageError(f"{purpose}: version {found.version} was retired on {found.retired_at[:10]}")
        return self._made(purpose, found)

    def former(self, purpose: str) -> tuple[Secret, ...]:
        """The keys of that purpose under roots that were replaced, oldest first: to recognise, never to make.

        There are some for :data:`pipeline.keys.former.CARRIED` only.
        """
        return tuple(root.keys[purpose] for root in self.former_roots)

    def in_use(self) -> tuple[Secret, ...]:
        """The root and every key that can be derived, for a look at what must hold none of them.

        A ring that was settled knows no pending version; one of :func:`pipeline.keys.derivable` does.
        """
        return (
            self._root,
            *(key for root in self.former_roots for key in root.keys.values()),
            *(
                self._made(purpose, found)
                for purpose in PURPOSES
                for found in self._known(purpose)
                if not found.is_retired
            ),
        )

    def key_id(self, purpose: str, version: int | None = None) -> str:
        """Public id of that key: 16 hexadecimal digits, kept after the key itself is retired."""
        found = self._version(purpose, version)
        return found.key_id or derive_id(self._root, purpose, _FIRST, found.salt)

    def version(self, purpose: str) -> int:
        """Number of the version in use; that of purposes other than products counts the roots there were."""
        return self._version(purpose, None).version

    def describe(self) -> list[KeyInfo]:
        """Every key in use, for the ledger."""
        return [self._info(purpose, self._version(purpose, None)) for purpose in PURPOSES]

    def history(self) -> list[KeyInfo]:
        """Every key in use and every one retired, for ``wsic keys list``."""
        return [
            self._info(purpose, found)
            for purpose in PURPOSES
            for found in (self._versions.get(purpose) or self._of_roots(purpose))
            if not found.is_pending
        ]

    def ids(self) -> str:
        """Public ids of all keys in use in one line (``purpose=id``)."""
        return " ".join(f"{info.purpose}={info.key_id}" for info in self.describe())

    def with_pending(self, product_purpose: str) -> KeyRing:
        """The ring as it will be once the pending version of that purpose is in use."""
        settled = tuple(found.as_if_served() for found in self._versions[product_purpose])
        return replace(self, _versions={**self._versions, product_purpose: settled})

    def _version(self, purpose: str, version: int | None) -> KeyVersion:
        if purpose not in PURPOSES:
            raise SetupError(one_of("key purpose", purpose, PURPOSES))
        known = self._known(purpose)
        for found in known:
            if found.version == version or (version is None and found.is_in_use):
                return found
        raise UsageError(
            f"{purpose}: " + one_of("key version", version, (str(found.version) for found in known))
        )

    def _known(self, purpose: str) -> tuple[KeyVersion, ...]:
        if purpose in PRODUCT_OF:
            return self._versions[purpose]
        return self._of_roots(purpose)[-1:]

    def _of_roots(self, purpose: str) -> tuple[KeyVersion, ...]:
        """One version a root, of a purpose that has no others; those of former roots are retired."""
        gone = (
            KeyVersion(
                version=number, made_at=root.made_at, retired_at=root.retired_at,
                key_id=root.key_ids.get(purpose, ""),
            )
            for number, root in enumerate(self.former_roots, start=1)
        )  # fmt: skip
        return (*gone, KeyVersion(version=len(self.former_roots) + 1, made_at=self.made_at))

    def _made(self, purpose: str, found: KeyVersion) -> Secret:
        if found.sealed:
            return open_carried(self._root, purpose, found)
        number = found.version if purpose in PRODUCT_OF else _FIRST
        return derive(self._root, purpose, number, found.salt)

    def _info(self, purpose: str, found: KeyVersion) -> KeyInfo:
        return KeyInfo(
            purpose=purpose, version=found.version, key_id=found.key_id or self.key_id(purpose),
            provider=self.provider, is_development=self.is_development,
            made_at=found.made_at, retired_at=found.retired_at,
        )  # fmt: skip


def open_carried(root: bytes, purpose: str, found: KeyVersion) -> Secret:
    """The key of a version that follows from a former root; :class:`SetupError` where it was changed."""
    return unseal(carrying_key(root), found.sealed, about=carried_about(purpose, found))


def carrying_key(root: bytes) -> Secret:
    """The key that seals what is carried over to ``root``."""
    return derive(root, FORMER_KEYS, _FIRST, b"")


def carried_about(purpose: str, found: KeyVersion) -> bytes:
    """What is told of a carried key, and cannot be changed without notice."""
    return f"wsic carried key v1|{purpose}|{found.version}|{found.key_id}".encode()


def derive(root: bytes, purpose: str, version: int, salt: bytes) -> Secret:
    """The key of one version of one purpose."""
    return _hkdf(root, f"wsic|key|v{version}|{purpose}", salt)


def derive_id(root: bytes, purpose: str, version: int, salt: bytes) -> str:
    """Public id of that key: the hash of a sibling derivation, which leads back to nothing."""
    return hashlib.sha256(_hkdf(root, f"wsic|key-id|v{version}|{purpose}", salt)).hexdigest()[:16]


def root_id(root: bytes) -> str:
    """Public id of the root: that of the vault's key, which lives as long as the root."""
    return derive_id(root, VAULT, _FIRST, b"")


def _hkdf(root: bytes, info: str, salt: bytes) -> Secret:
    made = HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=info.encode()).derive(root)
    return Secret(made)
