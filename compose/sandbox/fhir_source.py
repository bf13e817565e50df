"""A FHIR server with Bulk Data to try fetching from: three people who do not exist, over TLS, with tokens."""

from __future__ import annotations

import json
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path

from bulk_server import BulkServer, records

from connectors.fhir import systems
from synthetic.world.nhs_numbers import valid_numbers

SANDBOX = Path("/run/wsic/sandbox")
_PEOPLE = (
    ("Quillfeather", "Ottoline", "1931-05-06"),
    ("Hedge", "Rowan", "1980-02-03"),
    ("Marl", "Ivo", "2015-11-30"),
)


class Clock:
    """The machine's own time, as the server asks for it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def _patients() -> list[dict[str, object]]:
    numbers = valid_numbers(999)
    return [
        {
            "resourceType": "Patient", "id": f"p{place}", "meta": {"lastUpdated": "2026-03-30T01:00:00Z"},
            "identifier": [{"system": systems.NHS_NUMBER, "value": str(numbers[place])}],
            "name": [{"use": "official", "family": family, "given": [given]}], "birthDate": born,
        }
        for place, (family, given, born) in enumerate(_PEOPLE, start=1)
    ]  # fmt: skip


def main() -> None:
    """Serve until it is stopped."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(SANDBOX / "fhir-source.pem", SANDBOX / "fhir-source.key")
    server = BulkServer(Clock(), host="fhir-source", tls=tls)
    server.public_keys = [json.loads((SANDBOX / "client.jwk").read_text(encoding="utf-8"))]
    server.exports, server.times = [[records("Patient", *_patients())]], [datetime.now(UTC)]
    with server:
        threading.Event().wait()


if __name__ == "__main__":
    main()
