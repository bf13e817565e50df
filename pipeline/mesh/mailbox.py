"""A mailbox: a file goes out, what lies in the inbox comes in, and nothing is acknowledged before it is safe.

MESH deletes a message once it is acknowledged. So a message is first written whole and flushed to the disk,
then noted in the ledger, then acknowledged. A crash anywhere brings it again, and a message that the ledger
knows is only acknowledged.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.clock import now
from pipeline.errors import SetupError, WsicError
from pipeline.ledger import Ledger
from pipeline.mesh.account import Account

REPORT = "REPORT"  # a message about a message that could not be delivered
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PIECE = 1 << 22


@dataclass(frozen=True, slots=True)
class Collected:
    """A message that is safely stored; ``local_id`` is the sender's word for it, or for what it answers."""

    message_id: str
    path: Path | None
    local_id: str
    is_report: bool


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An open mailbox; ``client`` is a ``mesh_client.MeshClient``."""

    client: Any
    ledger: Ledger

    def send(self, path: Path, *, to: str, workflow_id: str) -> str:
        """Send one file under its own name; returns the message id. Raises :class:`WsicError`."""
        with path.open("rb") as file, _told("sending"):
            return str(
                self.client.send_message(
                    to,
                    file,
                    workflow_id=workflow_id,
                    filename=path.name,
                    local_id=path.name,
                    subject=path.stem,
                )
            )

    def collect(
        self, *, workflow_id: str, folder: Path, name: Callable[[str, str], str] = lambda sent, local: sent
    ) -> list[Collected]:
        """Store every message of one workflow in ``folder`` and acknowledge it.

        ``name`` makes the file's name of the sent name and the local id; what is no plain file name becomes
        the message id. A file of that name that holds something else is not replaced.
        """
        with _told("listing the inbox"):
            message_ids = self.client.list_messages(workflow_filter=workflow_id)
        return [self._take(str(message_id), workflow_id, folder, name) for message_id in message_ids]

    def _take(
        self, message_id: str, workflow_id: str, folder: Path, name: Callable[[str, str], str]
    ) -> Collected:
        known = self.ledger.query("select file_name from mesh_message where message_id = ?", (message_id,))
        if known:
            with _told("acknowledging a message"):
                self.client.acknowledge_message(message_id)
            return Collected(message_id, None, "", False)
        with _told("collecting a message"):
            message = self.client.retrieve_message(message_id)
            local_id = message.local_id or ""
            is_report = message.message_type == REPORT
            path = (
                None
                if is_report
                else _store(message, message_id, folder, name(message.filename or "", local_id))
            )
        digest = _digest(path) if path else ""
        row = {"message_id": message_id, "workflow_id": workflow_id,
               "file_name": path.name if path else REPORT,
               "file_sha256": digest, "collected_at": now()}  # fmt: skip
        self.ledger.put("mesh_message", [row])
        with _told("acknowledging a message"):
            message.acknowledge()
        return Collected(message_id, path, local_id, is_report)


@contextmanager
def open_mailbox(account: Account, ledger: Ledger) -> Iterator[Mailbox]:
    """The mailbox of ``account``, greeted; raises :class:`SetupError` where it is not let in."""
    try:
        from mesh_client import MeshClient
    except ImportError:
        raise SetupError("MESH needs the package mesh-client, which is not installed") from None
    client: Any = MeshClient(  # the library has no types
        account.url,
        account.mailbox,
        account.password,
        shared_key=account.shared_key.encode(),
        cert=account.certificate,
        verify=account.authority,
        timeout=300,
        application_name="wsic",
    )
    try:
        try:
            client.handshake()
        except Exception as error:
            raise SetupError(
                f"the MESH mailbox cannot be opened ({_kind(error)}); check url, mailbox and secrets"
            ) from None
        yield Mailbox(client, ledger)
    finally:
        client.close()


def _store(message: Any, message_id: str, folder: Path, name: str) -> Path:
    """Write a message whole and flushed; a name that could lead elsewhere is not used."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / (name if _SAFE_NAME.fullmatch(name) else f"{message_id}.dat")
    fresh = folder / f".{message_id}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := message.read(_PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if target.exists() and _digest(target) != _digest(fresh):
        target = folder / f"{message_id}.dat"
    fresh.replace(target)
    folder_descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(folder_descriptor)
    finally:
        os.close(folder_descriptor)
    return target


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _told(doing: str) -> Iterator[None]:
    """An error of the exchange by its kind only: its text may hold names of files, headers or secrets."""
    try:
        yield
    except WsicError:
        raise
    except Exception as error:
        raise WsicError(
            f"MESH: {doing} failed ({_kind(error)}); nothing was acknowledged, try again"
        ) from None


def _kind(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return f"{type(error).__name__} {status}" if status else type(error).__name__
