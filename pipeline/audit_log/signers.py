"""Whose signatures count: the key of the root in use, and up to where each root before it signed.

A root that was replaced may have leaked, so its signatures are believed only where they could have been made
while it was in use: in the log that was written then, up to the entry at which the next root took over. That
entry's hash is kept in the register of keys, sealed under the root in use, so that who holds an old root
cannot write the log anew from before it either.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pipeline.audit_log import signing
from pipeline.audit_log.chain import Finding, Walk
from pipeline.audit_log.signing import Checkpoint
from pipeline.keys import FormerRoot, KeyRing


@dataclass(frozen=True, slots=True)
class Signers:
    """The public key of now, and the roots before, oldest first."""

    public: Ed25519PublicKey
    former: tuple[FormerRoot, ...]

    def signed(self, point: Checkpoint, *, of_earlier_log: bool = False) -> bool:
        """Whether who could sign the checkpoint did; ``of_earlier_log``: not of the log in place."""
        if signing.is_signed(point, self.public):
            return True
        return any(
            ((of_earlier_log and point.log_id != one.log_end.log_id) or _is_within(point, one))
            and signing.is_signed(point, _public(one))
            for one in self.former
        )

    def is_end(self, point: Checkpoint) -> bool:
        """Whether the log may end with this checkpoint: of the key of now, or just where it took over."""
        if signing.is_signed(point, self.public):
            return True
        end = self.former[-1].log_end if self.former else None
        return end is not None and (point.log_id, point.number, point.hash) == (
            end.log_id, end.number, end.hash,
        )  # fmt: skip

    def pems(self, last: Checkpoint | None) -> tuple[bytes, ...]:
        """What may lie beside the log: the key of now, or until it first signs, the one that signed last."""
        before = [_public(one) for one in self.former if last is not None and self._is_by(last, one)]
        return tuple(signing.as_pem(one) for one in (self.public, *before))

    def handovers(self, chain: Walk, log_id: str) -> list[Finding]:
        """Where a log is not the one at whose end a root was replaced."""
        ends = [one.log_end for one in self.former if one.log_end.log_id == log_id and not chain.broken]
        return [
            Finding(end.number, "is not the entry at which the root key was replaced: written anew, or cut")
            for end in ends
            if chain.hash_of(end.number) != end.hash
        ]

    def _is_by(self, point: Checkpoint, root: FormerRoot) -> bool:
        return not signing.is_signed(point, self.public) and signing.is_signed(point, _public(root))


def signers_of(keys: KeyRing) -> Signers:
    """Whose signatures count in this deployment."""
    return Signers(signing.public_key(keys), keys.former_roots)


def _is_within(point: Checkpoint, root: FormerRoot) -> bool:
    end = root.log_end
    if point.log_id != end.log_id or point.number > end.number:
        return False
    return point.number < end.number or point.hash == end.hash


def _public(root: FormerRoot) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(root.signer))
