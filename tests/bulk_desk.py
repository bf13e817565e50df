"""A deployment that fetches from one server of :mod:`tests.bulk_server`, and lands what it fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.fhir.bulk import key_set, load_key
from pipeline.fetch.bulk import Exported, fetch
from pipeline.fetch.bulk.servers import Server
from tests.bulk_server import CLIENT_ID, BulkServer
from tests.landing_house import House

FEED = "acute/FH1"
AS_OF = date(2026, 3, 31)
NAME = "north"


@cache
def private_key(algorithm: str = "ES384") -> bytes:
    """A PEM of a private key of that algorithm; the same each time."""
    key = (
        ec.generate_private_key(ec.SECP384R1())
        if algorithm == "ES384"
        else rsa.generate_private_key(65537, 2048)
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def register(server: BulkServer, algorithm: str = "ES384") -> None:
    """Let the server know the public half of the key, and ask for tokens from now on."""
    server.public_keys = key_set([load_key(private_key(algorithm), name="key")])["keys"]


def set_up(server: BulkServer, **more: Any) -> Server:
    """The operator's entry for it."""
    source, sender = FEED.split("/")
    secured = (
        {"client_id": CLIENT_ID, "key": "north.pem"} if server.public_keys else {"authorisation": "none"}
    )
    return Server(name=NAME, source=source, sender=sender, url=server.base, level="system", **secured, **more)


@dataclass
class Desk:
    """One home, one server and its clock."""

    house: House
    server: BulkServer
    algorithm: str = "ES384"
    more: dict[str, Any] = field(default_factory=dict)

    def fetch(self, **more: Any) -> Exported:
        """One fetch, as the operator would call it."""
        return fetch(
            self.house.settings, self.house.ledger, replace(set_up(self.server), **self.more, **more),
            read_key=lambda name: private_key(self.algorithm), clock=self.server.clock,
        )  # fmt: skip

    def land(self, as_of: date = AS_OF) -> Any:
        """Land what was fetched."""
        return self.house.land(FEED, as_of=as_of)

    def jobs(self) -> list[Mapping[str, Any]]:
        """The ledger's jobs, oldest first."""
        return self.house.ledger.query("select * from bulk_job order by job_id")

    def files(self) -> list[Mapping[str, Any]]:
        """The ledger's fetched files."""
        return self.house.ledger.query("select * from bulk_file order by job_id, number")

    def delivered(self) -> list[Path]:
        """Files that lie where landing looks, without their totals."""
        found = sorted(self.house.zones.fetched.rglob("*.ndjson*"))
        return [path for path in found if path.is_file()]

    def totals(self) -> list[Mapping[str, Any]]:
        """Control totals beside them."""
        found = sorted(self.house.zones.fetched.rglob("manifest.json"))
        return [entry for path in found for entry in json.loads(path.read_text("utf-8"))["files"]]

    def ids(self, kind: str = "Encounter") -> list[str]:
        """Ids of the current rows of a type."""
        return [row[0] for row in self.house.fhir(kind, "id", FEED)]


def encounter(
    number: int | str, *, patient: int = 1, version: int = 1, status: str = "finished"
) -> dict[str, Any]:
    """An Encounter that lands."""
    return {
        "resourceType": "Encounter", "id": f"e{number}", "status": status,
        "meta": {"versionId": str(version), "lastUpdated": "2026-03-29T10:00:00Z"},
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/p{patient}"},
        "period": {"start": "2026-03-01T09:00:00Z", "end": "2026-03-01T10:00:00Z"},
    }  # fmt: skip


def patient(number: int) -> dict[str, Any]:
    """A Patient that lands."""
    return {
        "resourceType": "Patient", "id": f"p{number}", "name": [{"family": "Alder"}], "gender": "female",
        "birthDate": "1980-02-03",
    }  # fmt: skip
