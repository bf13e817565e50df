"""MESH, the NHS's message exchange: sending a file, and collecting what lies in the mailbox.

A transport and nothing else: what is in a file, and what becomes of it, is the caller's.
"""

from pipeline.mesh.account import Account, load_account
from pipeline.mesh.client import open_client
from pipeline.mesh.faults import (
    DamagedError,
    MeshFault,
    MessageGoneError,
    NotLetInError,
    NotNowError,
    classified,
)
from pipeline.mesh.mailbox import Collected, Mailbox, open_mailbox
from pipeline.mesh.message import MESSAGE_ID, REPORT, Head, Message, Stored, open_message
from pipeline.mesh.workflows import OPT_OUTS, OTHER_WORKFLOWS

__all__ = [
    "MESSAGE_ID",
    "OPT_OUTS",
    "OTHER_WORKFLOWS",
    "REPORT",
    "Account",
    "Collected",
    "DamagedError",
    "Head",
    "Mailbox",
    "MeshFault",
    "Message",
    "MessageGoneError",
    "NotLetInError",
    "NotNowError",
    "Stored",
    "classified",
    "load_account",
    "open_client",
    "open_mailbox",
    "open_message",
]
