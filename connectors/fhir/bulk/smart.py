"""SMART Backend Services: finding the token endpoint, and access tokens that are renewed before they end.

HL7 SMART App Launch 2.2, "Backend Services" and "Client Authentication: Asymmetric"; RFC 6749, 7521, 7523.
"""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from connectors.fhir.bulk.exchange import JSON, Exchange
from connectors.fhir.bulk.faults import NotSetUpError, ServerRefusedError
from connectors.fhir.bulk.signing_key import SigningKey

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LASTS = timedelta(minutes=4)  # at most five, and clocks differ
_RENEWED_BEFORE = timedelta(seconds=60)
_LASTS_UNSAID = 60  # seconds that a token is trusted for, where the server does not say
_OAUTH_ERRORS = frozenset(
    "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type "
    "invalid_scope".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the server knows us by. ``token_url`` is asked for in the server's metadata where it is empty."""

    client_id: str
    key: SigningKey
    scope: str
    token_url: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    renew_at: datetime


class BackendServices:
    """Access tokens of one registration; safe to share between threads, which then share a token."""

    def __init__(self, exchange: Exchange, registration: Registration) -> None:
        """``exchange`` shows no token itself."""
        self._exchange = exchange
        self._registration = registration
        self._lock = threading.Lock()
        self._endpoint: httpx.URL | None = None
        self._token: _Token | None = None

    def bearer(self) -> str:
        """A token with some of its life left; asks for one where there is none."""
        with self._lock:
            if self._token is None or self._exchange.clock.now() >= self._token.renew_at:
                self._token = self._ask()
            return self._token.text

    def renew(self, refused: str) -> None:
        """Ask for another token, unless another thread has already."""
        with self._lock:
            if self._token is not None and self._token.text == refused:
                self._token = self._ask()

    def _ask(self) -> _Token:
        if self._endpoint is None:
            self._endpoint = token_endpoint(self._exchange, self._registration)
        asked_at = self._exchange.clock.now()
        answer = self._exchange.ask(
            "POST", self._endpoint, "asking for an access token", headers={"accept": JSON}, form=self._form
        )
        said = _object(answer.body)
        if answer.status != 200:
            word = said.get("error")
            told = f" ({word})" if word in _OAUTH_ERRORS else ""
            raise NotSetUpError(
                f"{self._exchange.reach.host}: no access token, {answer.status}{told}; check client_id, "
                "scope, and that the server has the public key that `wsic fetch keys` shows"
            )
        text, kind = said.get("access_token"), str(said.get("token_type", "")).lower()
        if not isinstance(text, str) or not text.isascii() or not text.isprintable() or kind != "bearer":
            raise ServerRefusedError(f"{self._exchange.reach.host}: the token endpoint gave no bearer token")
        return _Token(text, asked_at + _life(said.get("expires_in")))

    def _form(self) -> dict[str, str]:
        known, endpoint = self._registration, str(self._endpoint)
        ends = self._exchange.clock.now() + _ASSERTION_LASTS
        claims = {
            "iss": known.client_id, "sub": known.client_id, "aud": endpoint, "exp": int(ends.timestamp()),
            "jti": secrets.token_urlsafe(24),
        }  # fmt: skip
        return {
            "grant_type": "client_credentials",
            "scope": known.scope,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": known.key.sign(claims),
        }


def token_endpoint(exchange: Exchange, registration: Registration) -> httpx.URL:
    """Where tokens are asked for: as set up, else as the server's ``.well-known/smart-configuration`` says.

    Raises :class:`NotSetUpError` where the server does not take our kind of key.
    """
    if registration.token_url:
        return exchange.reach.safe(registration.token_url, "token_url")
    address = f"{exchange.reach.base_url.rstrip('/')}/.well-known/smart-configuration"
    answer = exchange.ask(
        "GET", httpx.URL(address), "reading its SMART configuration", headers={"accept": JSON}
    )
    said = _object(answer.body)
    if answer.status != 200 or not isinstance(said.get("token_endpoint"), str):
        raise NotSetUpError(
            f"{exchange.reach.host}: its SMART configuration names no token endpoint ({answer.status}); "
            "set token_url if it has one all the same"
        )
    _require(exchange.reach.host, said, "token_endpoint_auth_methods_supported", "private_key_jwt")
    _require(
        exchange.reach.host,
        said,
        "token_endpoint_auth_signing_alg_values_supported",
        registration.key.algorithm,
    )
    return exchange.reach.safe(said["token_endpoint"], "its token endpoint")


def _require(host: str, said: dict[str, Any], name: str, wanted: str) -> None:
    """What a server does not say it may still do; what it says without ours it does not."""
    listed = said.get(name)
    if isinstance(listed, list) and wanted not in listed:
        known = [word for word in ("RS384", "ES384", "private_key_jwt") if word in listed]
        raise NotSetUpError(f"{host}: does not take {wanted}; it takes {', '.join(known) or 'none of ours'}")


def _life(seconds: object) -> timedelta:
    """How long a token is used: it is renewed a minute before its end, or when two thirds are over."""
    given = seconds if isinstance(seconds, int | float) and not isinstance(seconds, bool) else _LASTS_UNSAID
    life = timedelta(seconds=max(given, 0))
    return life - min(_RENEWED_BEFORE, life / 3)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
