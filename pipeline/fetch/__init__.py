"""Fetching from FHIR Bulk Data servers: each export's state is in the ledger, and no crash loses it.

What is fetched lies in ``landing/fetched`` as any sender's extract does, and the night lands it.
"""

from pipeline.fetch.fetch import Fetched, check, fetch
from pipeline.fetch.journal import list_jobs, show_files
from pipeline.fetch.servers import Server, load_servers, server_named
from pipeline.fetch.session import public_keys

__all__ = [
    "Fetched",
    "Server",
    "check",
    "fetch",
    "list_jobs",
    "load_servers",
    "public_keys",
    "server_named",
    "show_files",
]
