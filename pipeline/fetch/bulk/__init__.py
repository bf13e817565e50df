"""FHIR Bulk Data servers as a transport: each export's state is in the ledger, and no crash loses it."""

from pipeline.fetch.bulk.fetch import Exported, check, fetch
from pipeline.fetch.bulk.journal import list_jobs, show_files
from pipeline.fetch.bulk.place import BulkPlace
from pipeline.fetch.bulk.servers import Server, load_servers, server_named
from pipeline.fetch.bulk.session import public_keys

__all__ = [
    "BulkPlace",
    "Exported",
    "Server",
    "check",
    "fetch",
    "list_jobs",
    "load_servers",
    "public_keys",
    "server_named",
    "show_files",
]
