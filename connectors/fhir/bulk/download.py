"""One file of an export: stored as it came, hashed, counted, and asked for again where it came otherwise.

HL7 Bulk Data Access, "Bulk Data Output File Request". Checksums a server may send with a file: RFC 9530
(``Content-Digest``, ``Repr-Digest``), RFC 3230 (``Digest``) and ``Content-MD5``, all over the bytes as sent.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from connectors.fhir.bulk.exchange import NDJSON, Exchange
from connectors.fhir.bulk.faults import DamagedFileError, ExportGoneError, NotSetUpError, ServerRefusedError
from connectors.fhir.bulk.manifest import ListedFile
from connectors.fhir.bulk.patience import ASKED_TO_WAIT, FAILED_FOR_NOW, Tries
from connectors.fhir.bulk.unpacking import Unpacking

_ASKED_AGAIN = 3  # times that a file is taken which is not what the server said
_LINK_ENDED = (403, 404, 410)
_ALGORITHMS = {"sha-256": "sha256", "sha-512": "sha512", "md5": "md5"}
_DIGEST = re.compile(r"([A-Za-z0-9-]+)=:?([A-Za-z0-9+/=]+):?")
_HEADERS = {"accept": NDJSON, "accept-encoding": "gzip"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file as it lies here: bytes as sent, so compressed where the server compressed it."""

    path: Path
    sha256: str
    size: int
    rows: int
    is_gzip: bool


def download(exchange: Exchange, file: ListedFile, *, requires_token: bool, target: Path) -> Stored:
    """Store one file at ``target``, flushed to the disk; the name then says that it is whole.

    Where the server counts other rows than came, also when asked again, the file is given as it is: the count
    is the caller's to judge. Raises :class:`DamagedFileError` where compression or checksum are wrong each
    time, :class:`ExportGoneError` where the address has ended, and :class:`UnreachableError`.
    """
    url = exchange.reach.file(file.url, with_token=requires_token)
    tries, renewed = exchange.tries(f"fetching file {file.number}"), False
    damaged = 0
    while True:
        token = exchange.tokens.bearer() if requires_token and exchange.tokens else ""
        try:
            with exchange.open("GET", url, headers=_HEADERS, token=token) as response:
                if response.status_code == 401 and token and not renewed:
                    exchange.tokens.renew(token) if exchange.tokens else None
                    renewed = True
                    continue
                if not _is_ready(exchange, response, tries):
                    continue
                stored = _store(response, target)
            if file.rows in (None, stored.rows) or damaged + 1 >= _ASKED_AGAIN:
                return stored
            damaged += 1
            tries.failed(f"holds {stored.rows} rows, {file.rows} were said")
        except httpx.TransportError as error:
            tries.failed(f"the connection broke ({type(error).__name__})")
        except DamagedFileError as error:
            damaged += 1
            if damaged >= _ASKED_AGAIN:
                raise DamagedFileError(f"{exchange.reach.host}: file {file.number}: {error}") from None
            tries.failed(str(error))


def _is_ready(exchange: Exchange, response: httpx.Response, tries: Tries) -> bool:
    """Whether the file's bytes follow; waits where they may follow later."""
    status = response.status_code
    if status == 200:
        return True
    if status in ASKED_TO_WAIT:
        tries.wait(response.headers)
    elif status in FAILED_FOR_NOW:
        tries.failed(f"answered {status}")
    elif status in _LINK_ENDED:
        raise ExportGoneError(f"{exchange.reach.host}: a file is no longer there ({status})")
    elif status == 401:
        raise NotSetUpError(
            f"{exchange.reach.host}: does not give a file to our token (401); check the scope"
        )
    else:
        raise ServerRefusedError(f"{exchange.reach.host}: fetching a file was answered {status}")
    return False


def _store(response: httpx.Response, target: Path) -> Stored:
    _require_ndjson(response.headers)
    digests = _said(response.headers)
    hashes = {name: hashlib.new(name, usedforsecurity=False) for name in {"sha256", *digests}}
    unpacking, size = Unpacking(), 0
    part = target.with_name(f".{target.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for piece in response.iter_raw(1 << 20):
            for one in hashes.values():
                one.update(piece)
            unpacking.take(piece)
            size += out.write(piece)
        rows = unpacking.end()
        for name, said in digests.items():
            if hashes[name].digest() != said:
                raise DamagedFileError(f"its checksum ({name}) is not the one that was sent with it")
        out.flush()
        os.fsync(descriptor)
    part.replace(target)
    return Stored(
        path=target, sha256=hashes["sha256"].hexdigest(), size=size, rows=rows, is_gzip=unpacking.is_gzip
    )


def _require_ndjson(headers: Mapping[str, str]) -> None:
    """A page for people (a login, an error) with status 200 is no file."""
    if headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml")):
        raise DamagedFileError("a web page came in its place")
    if headers.get("content-encoding", "").lower() not in ("", "identity", "gzip", "x-gzip"):
        raise DamagedFileError("it came in an encoding that was not asked for")


def _said(headers: Mapping[str, str]) -> dict[str, bytes]:
    """Checksums that the server sent, by algorithm; other algorithms and forms than ours are left out."""
    pairs = [
        pair
        for name in ("content-digest", "repr-digest", "digest")
        for pair in _DIGEST.findall(headers.get(name, ""))
    ]
    pairs += [("md5", headers["content-md5"])] if "content-md5" in headers else []
    found = {}
    for algorithm, text in pairs:
        name = _ALGORITHMS.get(algorithm.lower())
        try:
            digest = base64.b64decode(text, validate=True)
        except ValueError:
            continue
        if name and len(digest) == hashlib.new(name, usedforsecurity=False).digest_size:
            found[name] = digest
    return found
