"""FHIR Bulk Data: the protocol's requests, one function each. The pipeline says when, and remembers.

HL7 FHIR Bulk Data Access 2.0 and SMART Backend Services (SMART App Launch 2.2).
"""

from connectors.fhir.bulk.clock import Clock, SystemClock
from connectors.fhir.bulk.download import Stored, download
from connectors.fhir.bulk.exchange import Exchange, open_client
from connectors.fhir.bulk.export import LEVELS, Running, Wanted, kick_off, let_go, look
from connectors.fhir.bulk.faults import (
    BulkError,
    DamagedFileError,
    ExportGoneError,
    NotSetUpError,
    ServerRefusedError,
    UnreachableError,
)
from connectors.fhir.bulk.manifest import ListedFile, Manifest, parse_manifest
from connectors.fhir.bulk.patience import Patience
from connectors.fhir.bulk.reach import Reach
from connectors.fhir.bulk.signing_key import SigningKey, key_set, load_key
from connectors.fhir.bulk.smart import BackendServices, Registration

__all__ = [
    "LEVELS", "BackendServices", "BulkError", "Clock", "DamagedFileError", "Exchange", "ExportGoneError",
    "ListedFile", "Manifest", "NotSetUpError", "Patience", "Reach", "Registration", "Running",
    "ServerRefusedError", "SigningKey", "Stored", "SystemClock", "UnreachableError", "Wanted", "download",
    "key_set", "kick_off", "let_go", "load_key", "look", "open_client", "parse_manifest",
]  # fmt: skip
