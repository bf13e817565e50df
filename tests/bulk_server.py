"""A FHIR server with Bulk Data and SMART Backend Services on loopback, that can be told to misbehave.

It keeps the rules of the protocol itself: a token must be valid on its clock, a kick-off must ask to be
answered later, an assertion is taken once. What it is told to do wrong it does once each, in order, and then
behaves.
"""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

CLIENT_ID = "wsic-load"
EPOCH = datetime(2026, 3, 30, 2, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that waits for nothing and remembers how long it was asked to."""

    time: datetime = EPOCH
    waited: list[float] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        """The time that it stands at."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Go on by so much."""
        with self.lock:
            self.waited.append(seconds)
            self.time += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Reply:
    """An answer in the place of the right one."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Cut:
    """The right answer, of which only so many bytes arrive before the connection ends; under 0, no status."""

    after: int
    is_reset: bool = False


@dataclass
class Served:
    """One file of an export. ``count`` is what the manifest says; none: nothing."""

    kind: str
    type: str
    body: bytes
    count: int | None = None
    gzipped: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""

    @property
    def sent(self) -> bytes:
        """The bytes on the wire."""
        return gzip.compress(self.body, mtime=0) if self.gzipped else self.body


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    place: str
    method: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    form: dict[str, list[str]]


def ndjson(*resources: Mapping[str, Any]) -> bytes:
    """One line a resource."""
    return b"".join(json.dumps(resource).encode() + b"\n" for resource in resources)


def records(kind: str, *resources: Mapping[str, Any], **more: Any) -> Served:
    """An output file of the resources, rightly counted."""
    return Served("output", kind, ndjson(*resources), count=len(resources), **more)


def deleted(*references: str) -> Served:
    """A file that says which records were deleted."""
    entries = [{"request": {"method": "DELETE", "url": reference}} for reference in references]
    return Served(
        "deleted", "Bundle", ndjson({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    )


def could_not(severity: str = "error", code: str = "processing", text: str = "") -> Served:
    """A file that says what could not be exported."""
    issue = {"severity": severity, "code": code, "diagnostics": text}
    return Served("error", "OperationOutcome", ndjson({"resourceType": "OperationOutcome", "issue": [issue]}))


class BulkServer:
    """The server; a context manager. ``exports`` are what the kick-offs give, one each, the last again.

    On loopback; with ``host`` and ``tls`` it is ``https://<host>:8443``, for whoever reaches the machine.
    """

    def __init__(
        self, clock: Any = None, *, host: str = "", tls: ssl.SSLContext | None = None
    ) -> None:  # fmt: skip
        self.clock = clock or FakeClock()
        self.exports: list[list[Served]] = [[]]
        self.times: list[datetime] = [EPOCH]
        self.public_keys: list[dict[str, Any]] = []
        self.token_lasts = 300
        self.requires_token = True
        self.smart: dict[str, Any] = {}
        self.asked: list[Asked] = []
        self.let_go: list[str] = []
        self._wrong: dict[str, list[Reply | Cut | Callable[[], None]]] = defaultdict(list)
        self._tokens: dict[str, datetime] = {}
        self._jtis: set[str] = set()
        self._started = 0
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("", 8443) if host else ("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._http.server_port}/fhir"
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
            self.base = f"https://{host}:8443/fhir"
        self._token_endpoint = self.base.removesuffix("/fhir") + "/auth/token"

    def __enter__(self) -> BulkServer:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def misbehave(self, place: str, *wrong: Reply | Cut | Callable[[], None]) -> None:
        """Do these instead, one a request at ``place``: smart, token, kick-off, status, let-go, file:<n>.

        A callable is called and the request then answered rightly.
        """
        self._wrong[place] += wrong

    def end_tokens(self) -> None:
        """No token given so far is taken any more."""
        self._tokens.clear()

    def times_asked(self, place: str) -> int:
        """How often a place was asked."""
        return sum(asked.place == place for asked in self.asked)

    def first(self, place: str) -> Asked:
        """The first request at a place."""
        return next(asked for asked in self.asked if asked.place == place)

    def answer(self, asked: Asked) -> tuple[Reply, Cut | None]:
        """What a request gets, and how much of it arrives."""
        with self._lock:
            self.asked.append(asked)
            wrong = self._wrong[asked.place].pop(0) if self._wrong[asked.place] else None
        if isinstance(wrong, Reply):
            return wrong, None
        if callable(wrong):
            wrong()
        return self._rightly(asked), wrong if isinstance(wrong, Cut) else None

    def _rightly(self, asked: Asked) -> Reply:
        place, _, number = asked.place.partition(":")
        if place in ("kick-off", "status", "let-go", "file") and not self._knows(asked):
            if place != "file" or self.requires_token:
                return Reply(401)
        return {
            "smart": self._smart, "token": self._token, "kick-off": self._kick_off, "status": self._status,
            "let-go": self._let_go, "file": lambda asked: self._file(int(number)),
        }.get(place, lambda asked: Reply(404))(asked)  # fmt: skip

    def _knows(self, asked: Asked) -> bool:
        if not self.public_keys:
            return True
        shown = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return self.clock.now() < self._tokens.get(shown, datetime.min.replace(tzinfo=UTC))

    def _smart(self, asked: Asked) -> Reply:
        said = {
            "token_endpoint": self._token_endpoint,
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
            **self.smart,
        }
        return Reply(200, {"content-type": "application/json"}, json.dumps(said).encode())

    def _token(self, asked: Asked) -> Reply:
        """Checks the assertion as the profile says; an assertion is taken once."""
        form = {name: values[0] for name, values in asked.form.items()}
        header = jwt.get_unverified_header(form["client_assertion"])
        key = next((one for one in self.public_keys if one["kid"] == header["kid"]), None)
        try:
            assert key is not None
            claims = jwt.decode(
                form["client_assertion"], jwt.PyJWK(key).key, algorithms=[key["alg"]],
                audience=self._token_endpoint,
                options={"require": ["iss", "sub", "aud", "exp", "jti"], "verify_exp": False},
            )  # fmt: skip
            ends = datetime.fromtimestamp(claims["exp"], UTC)
            assert self.clock.now() < ends <= self.clock.now() + timedelta(minutes=5)
            assert claims["iss"] == claims["sub"] == CLIENT_ID
            assert claims["jti"] not in self._jtis
            assert form["grant_type"] == "client_credentials" and form["scope"]
        except (AssertionError, jwt.PyJWTError):
            return Reply(400, {}, b'{"error": "invalid_client", "error_description": "Zyxmarker"}')
        self._jtis.add(claims["jti"])
        token = f"token-{len(self._jtis)}"
        self._tokens[token] = self.clock.now() + timedelta(seconds=self.token_lasts)
        said = {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": self.token_lasts,
            "scope": "system/*.rs",
        }
        return Reply(200, {"content-type": "application/json"}, json.dumps(said).encode())

    def _kick_off(self, asked: Asked) -> Reply:
        if asked.headers.get("prefer") != "respond-async":
            return Reply(400)
        with self._lock:
            self._started += 1
        return Reply(202, {"content-location": f"{self.base}/jobs?id={self._started}"})

    @property
    def _export(self) -> list[Served]:
        return self.exports[min(max(self._started, 1), len(self.exports)) - 1]

    def _status(self, asked: Asked) -> Reply:
        if asked.query.get("id") in [[number] for number in self.let_go]:
            return Reply(404)
        said: dict[str, Any] = {
            "transactionTime": self.times[min(self._started, len(self.times)) - 1].isoformat(),
            "request": self.base, "requiresAccessToken": self.requires_token,
            "output": [], "deleted": [], "error": [],
        }  # fmt: skip
        for number, file in enumerate(self._export, start=1):
            entry = {"type": file.type, "url": file.url or f"{self.base}/files/{number}?sig=Zyxmarker"}
            said[file.kind].append(entry if file.count is None else {**entry, "count": file.count})
        return Reply(200, {"content-type": "application/json"}, json.dumps(said).encode())

    def _let_go(self, asked: Asked) -> Reply:
        self.let_go += asked.query["id"]
        return Reply(202)

    def _file(self, number: int) -> Reply:
        file = self._export[number - 1]
        encoding = {"content-encoding": "gzip"} if file.gzipped else {}
        return Reply(200, {"content-type": "application/fhir+ndjson", **encoding, **file.headers}, file.sent)


def _handler(server: BulkServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve()

        do_POST = do_DELETE = do_GET

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            asked = Asked(
                place=_place(self.command, parts.path),
                method=self.command,
                query=parse_qs(parts.query),
                headers={name.lower(): value for name, value in self.headers.items()},
                form=parse_qs(self.rfile.read(length).decode()) if length else {},
            )
            reply, cut = server.answer(asked)
            if cut is not None and cut.after < 0:
                return self._end(is_reset=cut.is_reset)
            self.send_response(reply.status)
            for name, value in {"content-length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body if cut is None else reply.body[: cut.after])
            if cut is not None:
                self._end(is_reset=cut.is_reset)

        def _end(self, *, is_reset: bool) -> None:
            self.wfile.flush()
            if is_reset:  # with no time to linger, closing sends a reset
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def _place(method: str, path: str) -> str:
    if path.endswith("/$export"):
        return "kick-off"
    if path.endswith("/jobs"):
        return "let-go" if method == "DELETE" else "status"
    if "/files/" in path:
        return f"file:{path.rpartition('/')[2]}"
    return {"/auth/token": "token", "/fhir/.well-known/smart-configuration": "smart"}.get(path, path)


def places(server: BulkServer) -> Sequence[str]:
    """Every place in the order in which it was asked."""
    return [asked.place for asked in server.asked]
