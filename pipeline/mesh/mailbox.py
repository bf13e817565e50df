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
from pipeline.errors import NoAnswerError, SetupError, WsicError
from pipeline.ledger import Ledger
from pipeline.mesh.account import Account
from pipeline.mesh.client import open_client
from pipeline.mesh.faults import MeshFault, NotNowError, classified
from pipeline.mesh.message import REPORT, Message, open_message

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


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
            message_ids = [*self.client.iterate_message_ids(workflow_filter=workflow_id)]  # every page
        return [self._take(str(message_id), workflow_id, folder, name) for message_id in message_ids]

    def _take(
        self, message_id: str, workflow_id: str, folder: Path, name: Callable[[str, str], str]
    ) -> Collected:
        known = self.ledger.query("select file_name from mesh_message where message_id = ?", (message_id,))
        if known:
            self._acknowledge(message_id)
            return Collected(message_id, None, "", False)
        digest, path = "", None
        with _told("collecting a message"), open_message(self.client, message_id) as message:
            local_id = message.head.local_id
            is_report = message.head.message_type == REPORT
            if not is_report:
                path, digest = _store(message, folder, name(message.head.file_name, local_id))
        row = {"message_id": message_id, "workflow_id": workflow_id,
               "file_name": path.name if path else REPORT,
               "file_sha256": digest, "collected_at": now()}  # fmt: skip
        self.ledger.put("mesh_message", [row])
        self._acknowledge(message_id)
        return Collected(message_id, path, local_id, is_report)

    def _acknowledge(self, message_id: str) -> None:
        with _told("acknowledging a message"):
            self.client.acknowledge_message(message_id)


@contextmanager
def open_mailbox(account: Account, ledger: Ledger) -> Iterator[Mailbox]:
    """The mailbox of ``account``, greeted.

    Raises :class:`SetupError` where it is not let in, :class:`NoAnswerError` where nobody answers.
    """
    with open_client(account) as client:
        try:
            with _no_answer_told("greeting the exchange"):
                client.handshake()
        except NoAnswerError:
            raise
        except Exception as error:
            raise SetupError(
                f"the MESH mailbox cannot be opened ({_kind(error)}); check url, mailbox and secrets"
            ) from None
        yield Mailbox(client, ledger)


def _store(message: Message, folder: Path, name: str) -> tuple[Path, str]:
    """Write a message whole and flushed, and its SHA-256; a name that could lead elsewhere is not used."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = message.head.message_id
    target = folder / (name if _SAFE_NAME.fullmatch(name) else f"{own}.dat")
    fresh = folder / f".{own}"
    stored = message.store(fresh)
    if target.exists() and _digest(target) != stored.sha256:
        target = folder / f"{own}.dat"
    fresh.replace(target)
    folder_descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(folder_descriptor)
    finally:
        os.close(folder_descriptor)
    return target, stored.sha256


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _told(doing: str) -> Iterator[None]:
    """An error of the exchange by its kind only: its text may hold names of files, headers or secrets."""
    try:
        with _no_answer_told(doing):
            yield
    except WsicError:
        raise
    except Exception as error:
        raise WsicError(
            f"MESH: {doing} failed ({_kind(error)}); nothing was acknowledged, try again"
        ) from None


@contextmanager
def _no_answer_told(doing: str) -> Iterator[None]:
    """An exchange that is not there now as an error of its own; every other error as it is."""
    try:
        yield
    except WsicError:
        raise
    except Exception as error:
        try:
            with classified():
                raise
        except NotNowError as fault:
            raise NoAnswerError(
                f"MESH: {doing} failed: {fault}; nothing was acknowledged, try again"
            ) from None
        except MeshFault:
            raise error from None


def _kind(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return f"{type(error).__name__} {status}" if status else type(error).__name__
