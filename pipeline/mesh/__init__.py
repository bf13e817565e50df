"""MESH, the NHS's message exchange: sending a file, and collecting what lies in the mailbox.

A transport and nothing else: what is in a file, and what becomes of it, is the caller's.
"""

from pipeline.mesh.account import Account, load_account
from pipeline.mesh.mailbox import Collected, Mailbox, open_mailbox

__all__ = ["Account", "Collected", "Mailbox", "load_account", "open_mailbox"]
