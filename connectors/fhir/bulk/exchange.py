"""Requests to one server: with its token, tried again where that helps, redirected where it is safe."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

import httpx

from connectors.fhir.bulk.clock import Clock
from connectors.fhir.bulk.faults import NotSetUpError, ServerRefusedError
from connectors.fhir.bulk.patience import ASKED_TO_WAIT, FAILED_FOR_NOW, Patience, Tries
from connectors.fhir.bulk.reach import Reach

FHIR_JSON, JSON, NDJSON = "application/fhir+json", "application/json", "application/fhir+ndjson"
_REDIRECTS, _MOST_REDIRECTS = (301, 302, 303, 307, 308), 5
_LARGEST_ANSWER = 64 * 1024 * 1024  # a manifest of 100,000 files is a quarter of it
_TIMEOUT = httpx.Timeout(60.0, read=300.0)
for _name in ("httpx", "httpcore"):  # they log whole addresses, some of which open a file to any reader
    logging.getLogger(_name).setLevel(logging.WARNING)


class Tokens(Protocol):
    """Where access tokens come from."""

    def bearer(self) -> str:
        """A token that has not ended."""

    def renew(self, refused: str) -> None:
        """Get another token in the place of one that the server no longer takes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Everything that a request needs; safe to share between threads."""

    client: httpx.Client
    reach: Reach
    clock: Clock
    patience: Patience
    tokens: Tokens | None = None

    def with_tokens(self, tokens: Tokens) -> Exchange:
        """The same, that shows who it is."""
        return replace(self, tokens=tokens)

    def tries(self, what: str) -> Tries:
        """Patience for one step of ours."""
        return Tries(self.patience, self.clock, f"{self.reach.host}: {what}")

    def ask(
        self,
        method: str,
        url: httpx.URL,
        what: str,
        *,
        headers: Mapping[str, str],
        form: Callable[[], Mapping[str, str]] | None = None,
        retried: tuple[int, ...] = FAILED_FOR_NOW,
    ) -> Answer:
        """The server's answer, whatever its status, once it is none that trying again could change.

        ``form`` is called anew for each try. Raises :class:`BulkError` kinds where no answer is to be had.
        """
        tries, renewed = self.tries(what), False
        while True:
            token = self.tokens.bearer() if self.tokens else ""
            try:
                with self.open(method, url, headers=headers, token=token, form=form) as response:
                    answer = Answer(response.status_code, response.headers, _read(response, self.reach.host))
            except httpx.TransportError as error:
                tries.failed(f"no answer ({type(error).__name__})")
                continue
            if answer.status in ASKED_TO_WAIT:
                tries.wait(answer.headers)
            elif answer.status == 401 and self.tokens and not renewed:
                self.tokens.renew(token)
                renewed = True
            elif answer.status in retried:
                tries.failed(f"answered {answer.status}")
            else:
                return answer

    @contextmanager
    def open(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: Mapping[str, str],
        token: str = "",
        form: Callable[[], Mapping[str, str]] | None = None,
    ) -> Iterator[httpx.Response]:
        """One try: the response, its body still to come. A redirect is followed where ``reach`` allows it."""
        for _ in range(_MOST_REDIRECTS + 1):
            shown = {"authorization": f"Bearer {token}"} if token and self.reach.is_own(url) else {}
            request = self.client.build_request(
                method, url, headers={**headers, **shown}, data=form() if form else None
            )
            response = self.client.send(request, stream=True)
            try:
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                url = self._redirected(method, url, response)
            finally:
                response.close()
        raise ServerRefusedError(f"{self.reach.host}: redirects more than {_MOST_REDIRECTS} times")

    def _redirected(self, method: str, url: httpx.URL, response: httpx.Response) -> httpx.URL:
        if method != "GET":
            raise ServerRefusedError(
                f"{self.reach.host}: redirects a {method}, which is not repeated elsewhere"
            )
        try:
            target = str(url.join(response.headers["location"]))
        except (KeyError, httpx.InvalidURL):
            raise ServerRefusedError(f"{self.reach.host}: redirects to no address") from None
        return self.reach.file(target, with_token=False)


def open_client(*, ca: str = "", proxy: str = "") -> httpx.Client:
    """A client that follows nothing by itself and reads no settings from the environment.

    ``ca`` is a file of certificates in the place of the machine's own; raises :class:`NotSetUpError`.
    """
    try:
        verify = httpx.create_ssl_context(verify=True, trust_env=False)
        if ca:
            verify.load_verify_locations(cafile=ca)
    except (OSError, ValueError):
        raise NotSetUpError("ca names no file of certificates; valid: a PEM file") from None
    return httpx.Client(
        verify=verify, proxy=proxy or None, trust_env=False, follow_redirects=False, timeout=_TIMEOUT
    )


def _read(response: httpx.Response, host: str) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _LARGEST_ANSWER:
            raise ServerRefusedError(f"{host}: an answer is larger than {_LARGEST_ANSWER >> 20} MB")
    return bytes(body)
