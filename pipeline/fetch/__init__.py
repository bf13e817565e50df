"""Fetching: whatever the transport, what came lies in ``landing/fetched`` as any sender's extract does.

FHIR Bulk Data servers (:mod:`pipeline.fetch.bulk`), MESH mailboxes (:mod:`pipeline.fetch.mesh`), and
folders and object stores (:mod:`pipeline.fetch.store`) are places; the night lands what was fetched from
them.
"""

from pipeline.fetch.arrivals import list_arrivals
from pipeline.fetch.bulk import list_jobs, public_keys, server_named, show_files
from pipeline.fetch.place import Fetched, Place, Tools
from pipeline.fetch.places import list_feeds, load_places, wanted

__all__ = [
    "Fetched",
    "Place",
    "Tools",
    "list_arrivals",
    "list_feeds",
    "list_jobs",
    "load_places",
    "public_keys",
    "server_named",
    "show_files",
    "wanted",
]
