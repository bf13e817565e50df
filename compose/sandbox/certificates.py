"""Certificates for trying connectors: an authority of this installation, its two servers, our own client.

The pipeline speaks to other machines over TLS alone, and to MESH with a certificate of its own. The
authority's key is not kept, so nothing else can be signed in its name.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SERVERS = ("mesh-sandbox", "fhir-source")
CLIENT = "client"
_DAYS = 365


def make(folder: Path) -> None:
    """Write ``authority.pem`` and ``<name>.pem`` with ``<name>.key`` for each; what is there stays."""
    if (folder / "authority.pem").exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("sandbox authority")
    issued = {other: _signed(other, name, key) for other in (*SERVERS, CLIENT)}
    for other, (certificate, own) in issued.items():
        _write(folder / f"{other}.key", _private(own))
        _write(folder / f"{other}.pem", certificate.public_bytes(serialization.Encoding.PEM))
    authority = _begun(name, name, key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    signed = authority.sign(key, hashes.SHA256())
    _write(folder / "authority.pem", signed.public_bytes(serialization.Encoding.PEM))  # last: all is there


def _signed(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    own = ec.generate_private_key(ec.SECP256R1())
    begun = _begun(_name(name), issuer, own.public_key())
    named = begun.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return named.sign(key, hashes.SHA256()), own


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=_DAYS))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)  # the caller's umask makes it 0600
