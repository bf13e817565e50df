"""A MESH mailbox as a transport: nothing is acknowledged before it is safe here and in the ledger."""

from pipeline.fetch.mesh.inbox import Inbox

__all__ = ["Inbox"]
