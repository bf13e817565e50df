"""A MESH exchange on loopback that misbehaves as told: what NHS England's sandbox cannot be made to do.

The API's own paths and headers (Message Exchange for Social Care and Health API, version 2). It checks no
token: the sandbox does, in the tests that talk to it.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SENDER, WORKFLOW = "X26OT101", "WSIC_RETURNS"
SENT_AT = "20260330093000"


@dataclass
class Letter:
    """One message: its content by chunks, and its headers."""

    chunks: list[bytes]
    name: str = "Person.csv"
    workflow: str = WORKFLOW
    sender: str = SENDER
    kind: str = "DATA"
    sent_at: str = SENT_AT
    more: dict[str, str] = field(default_factory=dict)
    is_gzipped: bool = False

    def headers(self, number: int) -> dict[str, str]:
        return {
            "Mex-WorkflowID": self.workflow, "Mex-From": self.sender, "Mex-FileName": self.name,
            "Mex-MessageType": self.kind, "Mex-StatusTimestamp": self.sent_at,
            "Mex-Chunk-Range": f"{number}:{len(self.chunks)}", **self.more,
        }  # fmt: skip

    def body(self, number: int) -> bytes:
        chunk = self.chunks[number - 1] if self.chunks else b""
        return gzip.compress(chunk) if self.is_gzipped else chunk


@dataclass(frozen=True)
class Wrong:
    """How an answer goes wrong: another status, a body that is cut, or changed, or other headers."""

    status: int = 0
    keep: int | None = None  # bytes of the body that are sent
    says_whole: bool = True  # the length that is said is that of the whole body
    change: Callable[[bytes], bytes] = lambda body: body
    headers: dict[str, str] = field(default_factory=dict)


class Exchange(ThreadingHTTPServer):
    """One mailbox. ``asked`` is what was asked for, in order; ``acknowledged`` what was let go."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.letters: dict[str, Letter] = {}
        self.asked: list[str] = []
        self.acknowledged: list[str] = []
        self.wrongs: dict[str, list[Wrong]] = defaultdict(list)
        self.page = 500
        self.before_acknowledging: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def post(self, letter: Letter, message_id: str = "") -> str:
        """Put a message into the mailbox; returns its id."""
        message_id = message_id or f"20260330093000{len(self.letters) + 1:06d}_ABC"
        self.letters[message_id] = letter
        return message_id

    def misbehave(self, place: str, *wrongs: Wrong) -> None:
        """What goes wrong at ``greet``, ``list``, ``<message id>``, ``<message id>/<chunk>`` or
        ``ack:<message id>`` next; then it goes right."""
        self.wrongs[place] += wrongs

    def waiting(self) -> list[str]:
        return [one for one in self.letters if one not in self.acknowledged]

    def __enter__(self) -> Exchange:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Exchange

    def do_POST(self) -> None:
        self._answer("greet", b"{}", {})

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        words = path.strip("/").split("/")[3:]
        if not words:
            self._list(query)
        elif words[0] not in self.server.waiting():
            self._answer(words[0], b"", {}, status=404)
        else:
            number = int(words[1]) if len(words) > 1 else 1
            letter = self.server.letters[words[0]]
            encoded = {"Content-Encoding": "gzip"} if letter.is_gzipped else {}
            self._answer("/".join(words), letter.body(number), {**letter.headers(number), **encoded})

    def do_PUT(self) -> None:
        message_id = self.path.split("/")[4]
        if not (self.server.wrongs[f"ack:{message_id}"]):
            self.server.before_acknowledging()
            self.server.acknowledged.append(message_id)
        self._answer(f"ack:{message_id}", b"", {})

    def _list(self, query: str) -> None:
        start = int(query.removeprefix("from=")) if query.startswith("from=") else 0
        ids, page = self.server.waiting(), self.server.page
        found: dict[str, Any] = {"messages": ids[start : start + page], "links": {}}
        if len(ids) > start + page:
            found["links"]["next"] = f"{self.path.partition('?')[0]}?from={start + page}"
        self._answer("list", json.dumps(found).encode(), {"Content-Type": "application/json"})

    def _answer(self, place: str, body: bytes, headers: dict[str, str], *, status: int = 200) -> None:
        self.server.asked.append(place)
        wrongs = self.server.wrongs[place]
        wrong = wrongs.pop(0) if wrongs else Wrong()
        body = wrong.change(body)
        sent = body if wrong.keep is None else body[: wrong.keep]
        self.send_response(wrong.status or status)
        for name, value in {**headers, **wrong.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body if wrong.says_whole else sent)))
        self.end_headers()
        self.wfile.write(sent)
        if len(sent) < len(body):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""
