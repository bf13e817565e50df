"""The key that proves to a server who we are, and its public half as the server registers it.

HL7 SMART App Launch, "Client Authentication: Asymmetric": RS384 or ES384; public keys as JWKs (RFC 7517).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from connectors.fhir.bulk.faults import NotSetUpError

_SMALLEST_RSA = 2048  # RFC 7518, 3.3
_FORM = "valid: an unencrypted PEM or a JWK of a private RSA key (2048 bits or more) or of one on P-384"
_THUMBPRINT = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}  # RFC 7638


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the algorithm that it signs with. ``key_id`` is what servers know it by."""

    private: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)
    algorithm: str
    key_id: str

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A signed JWT of the claims."""
        return jwt.encode(
            dict(claims), self.private, algorithm=self.algorithm, headers={"kid": self.key_id, "typ": "JWT"}
        )

    def public_jwk(self) -> dict[str, Any]:
        """The public half as a JWK."""
        return {
            **_public(self.private), "kid": self.key_id, "alg": self.algorithm, "use": "sig",
            "key_ops": ["verify"],
        }  # fmt: skip


def load_key(text: bytes, *, name: str, key_id: str = "") -> SigningKey:
    """The key of a file's ``text``; raises :class:`NotSetUpError` naming the file, never what it holds.

    Without a ``key_id`` the key's own is taken, or its thumbprint (RFC 7638).
    """
    try:
        private, own_id = _from_jwk(text) if text.lstrip().startswith(b"{") else (_from_pem(text), "")
    except Exception:  # the libraries' errors quote the key
        raise NotSetUpError(f"{name} holds no key that can be used; {_FORM}") from None
    algorithm = _algorithm(private)
    if algorithm is None:
        raise NotSetUpError(f"{name} holds a key of another kind; {_FORM}")
    return SigningKey(private, algorithm, key_id or own_id or _thumbprint(private))


def key_set(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, Any]]]:
    """The JWK Set to register with a server or to serve under an address of ours; public halves only."""
    return {"keys": [key.public_jwk() for key in keys]}


def _from_pem(text: bytes) -> Any:
    return load_pem_private_key(text, password=None)


def _from_jwk(text: bytes) -> tuple[Any, str]:
    held = json.loads(text)
    algorithm = RSAAlgorithm if held["kty"] == "RSA" else ECAlgorithm
    return algorithm.from_jwk(held), str(held.get("kid", ""))


def _algorithm(private: object) -> str | None:
    if isinstance(private, RSAPrivateKey) and private.key_size >= _SMALLEST_RSA:
        return "RS384"
    if isinstance(private, EllipticCurvePrivateKey) and private.curve.name == "secp384r1":
        return "ES384"
    return None


def _public(private: RSAPrivateKey | EllipticCurvePrivateKey) -> dict[str, Any]:
    if isinstance(private, RSAPrivateKey):
        made = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    else:
        made = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {name: value for name, value in made.items() if name in ("kty", "n", "e", "crv", "x", "y")}


def _thumbprint(private: RSAPrivateKey | EllipticCurvePrivateKey) -> str:
    public = _public(private)
    members = {name: public[name] for name in _THUMBPRINT[public["kty"]]}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
