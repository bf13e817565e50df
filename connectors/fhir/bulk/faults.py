"""What can go wrong between us and a Bulk Data server, by what is to be done next.

A message names the server's host, the step and a status or a word of a closed list. It never repeats what a
server wrote: that may be about a patient, and an address may open a file to whoever reads it.
"""

from __future__ import annotations


class BulkError(ValueError):
    """Base of all that stops an export."""


class NotSetUpError(BulkError):
    """Keys, registration or addresses are wrong: mend the set-up here or at the server."""


class ServerRefusedError(BulkError):
    """The server said no, or something that cannot be followed: its operator mends it."""


class UnreachableError(BulkError):
    """The server did not answer in time, or asked to come back later: the next fetch goes on."""


class ExportGoneError(BulkError):
    """The server no longer knows the export or its files: it is asked for again, from the same time."""


class DamagedFileError(BulkError):
    """A file came otherwise than the server said, also when it was asked for again."""
