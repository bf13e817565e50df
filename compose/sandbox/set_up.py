"""What trying the connectors needs: certificates, secrets, and settings that lead to the two sandboxes.

It works on a home of its own, so nothing that is tried gets among what a night lands. What is there stays.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import jwt
from certificates import make
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

SANDBOX, EXCHANGE = Path("/run/wsic/sandbox"), Path("/run/wsic/exchange")
KEY = Path("/srv/wsic/keys/fhir-source.pem")
SETTINGS = f"""\
mesh_url = "https://mesh-sandbox:8443"
mesh_mailbox = "X26ABC1"
mesh_certificate = "{SANDBOX}/client.pem"
mesh_certificate_key = "{SANDBOX}/client.key"
mesh_ca = "{SANDBOX}/authority.pem"
feeds = "{SANDBOX}/feeds.toml"
fhir_servers = "{SANDBOX}/fhir-servers.toml"
"""
FEEDS = """\
[[feed]]
name = "mesh-sandbox"
source = "social_care"
sender = "E09000033"
transport = "mesh"
workflows = ["WSIC_ASC_CLD"]
from_mailboxes = ["X26ABC2"]
"""
SERVERS = f"""\
[[server]]
name = "fhir-source"
source = "acute"
sender = "RYJ"
url = "https://fhir-source:8443/fhir"
level = "system"
client_id = "wsic-load"
key = "{KEY.name}"
key_id = "sandbox"
ca = "{SANDBOX}/authority.pem"
"""


def main() -> None:
    """Make what is missing."""
    os.umask(0o077)
    make(SANDBOX)
    _keep(SANDBOX / "wsic.toml", SETTINGS)
    _keep(SANDBOX / "feeds.toml", FEEDS)
    _keep(SANDBOX / "fhir-servers.toml", SERVERS)
    _keep(EXCHANGE / "WSIC_MESH_SHARED_KEY", secrets.token_urlsafe(32))
    _keep(SANDBOX / "shared_key", (EXCHANGE / "WSIC_MESH_SHARED_KEY").read_text(encoding="ascii"))
    # The sandbox knows no other for its mailboxes; what it signs with is the shared key above.
    _keep(EXCHANGE / "WSIC_MESH_PASSWORD", "password")
    if not KEY.exists():
        _make_key()


def _make_key() -> None:
    """The key that we sign with at the FHIR server, and its public half for the server."""
    key = ec.generate_private_key(ec.SECP384R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    (SANDBOX / "client.jwk").write_text(json.dumps({**public, "kid": "sandbox", "alg": "ES384"}))
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    KEY.write_bytes(pem)


def _keep(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
