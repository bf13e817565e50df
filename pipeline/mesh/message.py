"""One message: what its headers say, and its content brought to the disk piece by piece, checked.

MESH API (NHS England, Message Exchange for Social Care and Health): a message of several chunks is one GET a
chunk, each with ``Content-Encoding: gzip`` where it was compressed for the way. The library's own stream
takes a gzip that was cut short for a short one, so that the chunks are read here.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.mesh.faults import DamagedError, NotNowError, classified

REPORT = "REPORT"  # message type: about a message that could not be delivered
MESSAGE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PIECE = 1 << 20
_GZIP = 31  # window bits of zlib: a gzip header and checksum
_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}  # hex digits -> what makes as many
_CHECKSUM = re.compile(r"(?:(?:md5|sha-?\d{1,3})\s*[:=]?\s*)?([0-9a-f]{32,128})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The headers of a message, as they came; nothing in it may be repeated without a look."""

    message_id: str
    workflow_id: str
    sender: str
    message_type: str
    file_name: str
    local_id: str
    checksum: str
    chunks: int
    sent_at: datetime | None
    is_encrypted: bool
    is_compressed: bool
    status_code: str
    linked_message_id: str


@dataclass(frozen=True, slots=True)
class Stored:
    """The content as it lies on the disk. ``is_gzip``: it begins as a gzip file does."""

    sha256: str
    size: int
    is_gzip: bool


@dataclass(frozen=True, slots=True)
class Message:
    """An open message; ``first`` is the answer with its first chunk."""

    client: Any
    head: Head
    first: Any

    def store(self, target: Path) -> Stored:
        """Write the content to ``target``, mode 0600, flushed.

        Raises :class:`NotNowError` where the connection breaks, :class:`DamagedError` where a chunk is cut,
        another one, or the sender's checksum is not met, and the other kinds as the exchange gives them.
        """
        digests = _Digests(self.head.checksum)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for number in range(1, self.head.chunks + 1):
                with self._chunk(number) as response:
                    _copy(response, file, digests)
            file.flush()
            os.fsync(file.fileno())
        digests.require_met()
        return Stored(digests.sha256.hexdigest(), digests.size, digests.begins == b"\x1f\x8b")

    @contextmanager
    def _chunk(self, number: int) -> Iterator[Any]:
        if number == 1:
            yield self.first
            return
        with classified():
            response = self.client.retrieve_message_chunk(self.head.message_id, number)
        try:
            said = response.headers.get("Mex-Chunk-Range", f"{number}:{self.head.chunks}")
            if said != f"{number}:{self.head.chunks}":
                raise DamagedError("another chunk came than was asked for")
            yield response
        finally:
            response.close()


@contextmanager
def open_message(client: Any, message_id: str) -> Iterator[Message]:
    """Ask for a message; its content comes with :meth:`Message.store`. Raises :class:`MeshFault` kinds."""
    if not MESSAGE_ID.fullmatch(message_id):
        raise DamagedError("its message id is not in form")
    with classified():
        response = client.retrieve_message_chunk(message_id, 1)
    try:
        yield Message(client, _head(message_id, response.headers), response)
    finally:
        response.close()


class _Digests:
    """SHA-256, size and first bytes of what passes, and the digest that the sender gave one of."""

    def __init__(self, said: str) -> None:
        found = _CHECKSUM.fullmatch(said.strip())
        kind = _DIGESTS.get(len(found[1])) if found else None
        self.sha256, self.size, self.begins = hashlib.sha256(), 0, b""
        self._said = found[1].lower() if found and kind else ""
        self._own = hashlib.new(kind, usedforsecurity=False) if kind else None

    def update(self, piece: bytes) -> None:
        self.sha256.update(piece)
        self.size += len(piece)
        self.begins = (self.begins + piece[:2])[:2]
        if self._own is not None:
            self._own.update(piece)

    def require_met(self) -> None:
        if self._own is not None and self._own.hexdigest() != self._said:
            raise DamagedError("its content does not meet the sender's checksum")


def _copy(response: Any, file: BinaryIO, digests: _Digests) -> None:
    pieces = _pieces(response)
    if response.headers.get("Content-Encoding", "").lower() == "gzip":
        pieces = _unzipped(pieces)
    for piece in pieces:
        file.write(piece)
        digests.update(piece)


def _pieces(response: Any) -> Iterator[bytes]:
    """The body as it comes; the length that was said is held to by urllib3."""
    with classified():
        while piece := response.raw.read(_PIECE, decode_content=False):
            yield piece


def _unzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The content of one gzip stream or several, each checked to its end; never more than a piece at once."""
    stream, has_begun = zlib.decompressobj(_GZIP), False
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if stream.eof:
                    stream = zlib.decompressobj(_GZIP)
                has_begun = True
                yield stream.decompress(rest, _PIECE)
                rest = stream.unused_data if stream.eof else stream.unconsumed_tail
    except zlib.error:
        raise DamagedError("the compression of a chunk is broken") from None
    if has_begun and not stream.eof:
        raise DamagedError("a chunk was cut short")


def _head(message_id: str, headers: Any) -> Head:
    def said(name: str) -> str:
        return str(headers.get(name) or "").strip()

    chunks = said("Mex-Chunk-Range").partition(":")[2]
    if chunks and not (chunks.isdecimal() and 1 <= int(chunks) <= 100_000):
        chunks = "0" if chunks == "0" else "x"
    if chunks == "x":
        raise NotNowError("the range of its chunks is not in form")
    return Head(
        message_id=message_id,
        workflow_id=said("Mex-WorkflowID"),
        sender=said("Mex-From"),
        message_type=said("Mex-MessageType").upper() or "DATA",
        file_name=said("Mex-FileName"),
        local_id=said("Mex-LocalID"),
        checksum=said("Mex-Content-Checksum"),
        chunks=int(chunks or "1"),
        sent_at=_time(said("Mex-StatusTimestamp")),
        is_encrypted=said("Mex-Content-Encrypted").upper() in ("Y", "TRUE"),
        is_compressed=said("Mex-Content-Compressed").upper() in ("Y", "TRUE"),
        status_code=said("Mex-StatusCode"),
        linked_message_id=said("Mex-LinkedMsgId"),
    )


def _time(text: str) -> datetime | None:
    """``YYYYMMDDhhmmss``, in UTC."""
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
